"""The eSIM products with their top-ups, read from the emulated org."""

from __future__ import annotations

import json
from typing import Any

from portal.adapters.salesforce.esim_products import SalesforceEsimProducts
from portal.domain.topup import TopUpSetting
from portal.ports.topups import EsimProduct

from tests.vendors import Vendors

TOP_UPS = [{"offer": "add_5gb", "price": "1500", "name": "5 GB"}]


def product(vendors: Vendors, number: int, settings: Any, **fields: Any) -> None:
    record = {
        "Id": f"01t9z00000{number:05d}AAA",
        "Name": f"Product {number}",
        "ProductCode": f"P-{number}",
        "Portal_Category__c": "eSIM",
        "WHMCS_Product_Id__c": str(9000 + number),
        "eSIM_Settings_JSON__c": settings if isinstance(settings, str) else json.dumps(settings),
        **fields,
    }
    vendors.salesforce.seed({"records": {"Product2": [record]}})


def read(vendors: Vendors, provider: str = "gigs") -> list[EsimProduct]:
    found = SalesforceEsimProducts(vendors.salesforce_client()).read(provider)
    return [one for one in found if one.pid > 9000]


def settings(**entry: Any) -> dict[str, Any]:
    return {"version": 1, "provider": {"gigs": {"plan": "pln_a", **entry}}}


def test_also_products_that_are_not_sold_any_more(vendors: Vendors) -> None:
    product(vendors, 1, settings(topUps=TOP_UPS), IsActive=False, Portal_Visible__c=False)
    assert read(vendors) == [
        EsimProduct(
            pid=9001,
            plan="pln_a",
            top_ups=(TopUpSetting(offer="add_5gb", price="1500", name="5 GB"),),
        )
    ]
    assert read(vendors, "esim_access") == []


def test_a_mistake_leaves_out_the_one_product(vendors: Vendors) -> None:
    product(vendors, 1, settings(topUps=[{"offer": "add_5gb", "price": "free"}]))
    product(vendors, 2, "{")
    product(vendors, 3, settings())
    product(vendors, 4, settings(topUps=TOP_UPS), WHMCS_Product_Id__c=None)
    assert [one.pid for one in read(vendors)] == [9003]


def test_one_query(vendors: Vendors) -> None:
    read(vendors)
    assert dict(vendors.calls()) == {"salesforce query": 1}
