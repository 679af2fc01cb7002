"""Reads the eSIM products in Salesforce and their top-ups by one SOQL query.

It includes products that are not sold any more, because their lines still exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.adapters.salesforce.client import SalesforceClient
from portal.domain.esim import read_settings
from portal.domain.topup import top_up_settings
from portal.observability import count, logger
from portal.ports.topups import EsimProduct

# A long text area cannot be filtered by (SOQL reference, "WHERE").
QUERY = (
    "SELECT Id, WHMCS_Product_Id__c, eSIM_Settings_JSON__c FROM Product2"
    " WHERE Portal_Category__c = 'eSIM' ORDER BY Id"
)


class SalesforceEsimProducts:
    """`EsimProducts` over Product2."""

    def __init__(self, client: SalesforceClient) -> None:
        self._client = client

    def read(self, provider: str) -> Sequence[EsimProduct]:
        """Return the products. One with faulty settings is left out, logged and counted."""
        found = []
        for record in self._client.query(QUERY):
            try:
                product = _product(record, provider)
            except ValueError:
                count("TopupSettingsRejected")
                logger().error(
                    "the top-ups of a product cannot be read",
                    extra={"product_id": str(record.get("Id"))},
                )
                continue
            if product is not None:
                found.append(product)
        return found


def _product(record: dict[str, Any], provider: str) -> EsimProduct | None:
    settings = read_settings(record.get("eSIM_Settings_JSON__c"))
    pid = record.get("WHMCS_Product_Id__c")
    plan = settings.plan(provider) if settings is not None else None
    if settings is None or plan is None or pid is None:
        return None
    top_ups = top_up_settings(settings.provider.get(provider, {}))
    return EsimProduct(pid=int(pid), plan=plan, top_ups=tuple(top_ups))
