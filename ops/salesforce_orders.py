"""Reads one Order with the fields that only operators need."""

from __future__ import annotations

from portal.adapters.salesforce.client import SalesforceClient
from portal.adapters.salesforce.library import format_soql
from portal.adapters.salesforce.provisioning import SalesforceProvisioningOrders

from ops.ports import SalesforceOrder


class SalesforceOrderReader:
    """`OrderReader` of an org."""

    def __init__(self, client: SalesforceClient, orders: SalesforceProvisioningOrders) -> None:
        self._client = client
        self._orders = orders

    def read(self, order_id: str) -> SalesforceOrder | None:
        """Return the Order, or None. It makes two queries and keeps no personal data."""
        found = self._orders.load(order_id)
        if found is None:
            return None
        records = self._client.query(
            format_soql(
                "SELECT Provisioning_Error_Code__c, Last_Provisioning_At__c"
                " FROM Order WHERE Id = {}",
                order_id,
            )
        )
        fields = records[0] if records else {}
        return SalesforceOrder(
            order=found.order,
            error_code=str(fields.get("Provisioning_Error_Code__c") or ""),
            last_at=str(fields.get("Last_Provisioning_At__c") or ""),
        )
