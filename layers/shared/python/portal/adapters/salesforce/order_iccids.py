"""The ICCIDs on an Order: PATCH of one field."""

from __future__ import annotations

from portal.adapters.salesforce.client import SalesforceClient
from portal.adapters.salesforce.provisioning import GONE, fitting
from portal.domain.upstream import Refused


class SalesforceOrderIccids:
    """`OrderIccids` over Order.ESIM_ICCID__c."""

    def __init__(self, client: SalesforceClient) -> None:
        self._client = client

    def write(self, sf_order_id: str, iccids: str) -> bool:
        """One PATCH; the id comes from our own records."""
        try:
            self._client.request(
                "PATCH",
                f"sobjects/Order/{sf_order_id}",
                operation="write ICCIDs",
                json={"ESIM_ICCID__c": fitting(iccids) or None},
                writes=True,
                repeatable=True,
            )
        except Refused as error:
            if error.code in GONE:
                return False
            raise
        return True
