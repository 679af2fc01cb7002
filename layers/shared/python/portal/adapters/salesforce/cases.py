"""Cases, each once: `Portal_Case_Key__c` is unique, so a repeated create is refused as such."""

from __future__ import annotations

from portal.adapters.salesforce.client import SalesforceClient
from portal.domain.upstream import Refused
from portal.observability import logger
from portal.ports.accounts import NewCase

KEY_FIELD = "Portal_Case_Key__c"
ORIGIN = "Web"


class SalesforceCases:
    """`CaseDesk` over sObject rows; assignment rules run as for any Case made by REST."""

    def __init__(self, client: SalesforceClient) -> None:
        self._client = client

    def open(self, case: NewCase) -> None:
        """Create it; DUPLICATE_VALUE means that it is there (REST API guide, status codes).

        A create and not an upsert: an upsert would write over what staff has edited since.
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
