"""Creates Cases. `Portal_Case_Key__c` is unique, so Salesforce refuses a repeated create."""

from __future__ import annotations

from portal.adapters.salesforce.client import SalesforceClient
from portal.domain.upstream import Refused
from portal.observability import logger
from portal.ports.accounts import NewCase

KEY_FIELD = "Portal_Case_Key__c"
ORIGIN = "Web"


class SalesforceCases:
    """`CaseDesk` over the REST API. Assignment rules run as for any Case created by REST."""

    def __init__(self, client: SalesforceClient) -> None:
        self._client = client

    def open(self, case: NewCase) -> None:
        """Create a Case. DUPLICATE_VALUE means that it exists (REST API guide, status codes).

        It does not upsert, because an upsert would overwrite what staff has edited since.
        """
        body = {
            KEY_FIELD: case.key,
            "AccountId": case.account_id,
            "Subject": case.subject,
            "Description": case.description,
            "Origin": ORIGIN,
        }
        try:
            self._client.request(
                "POST", "sobjects/Case", operation="Case create", json=body, writes=True
            )
        except Refused as refused:
            if refused.code != "DUPLICATE_VALUE":
                raise
            logger().info("case is there already", extra={"case_key": case.key})
