"""How many calls each endpoint costs Salesforce and WHMCS (docs/performance.md)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from portal.adapters.salesforce.catalog import SalesforceCatalogSource
from portal.catalog.cache import CachePolicy, CatalogCache
from portal.repositories.catalog import DynamoCatalogStore

from local.demo.data import PORTAL_PRICEBOOK
from local.emulators.salesforce.org import STANDARD_PRICEBOOK_ID
from tests.composed import Composed
from tests.tables import CATALOG, EPHEMERAL, Tables
from tests.vendors import Vendors

ESIM = {"sku": "ESIM-VOICE-10GB", "configOptions": {"voicemail": True}}
LINE = {"sku": "INTERNET-APARTMENT-1G-GOLD", "configOptions": {"router": "wifi6"}}
PRODUCTS = 5_000
READERS = 6


def cost(composed: Composed) -> dict[str, int]:
    calls = dict(composed.vendors.calls())
    composed.vendors.forget_calls()
    return calls


def test_the_catalogue_costs_one_query_and_then_nothing(composed: Composed) -> None:
    assert composed.send("catalog.list_products", "GET", "/catalog").status == 200
    # Products, and once a day with them what the Order takes.
    assert cost(composed) == {"salesforce composite": 1}
    for _ in range(3):
        composed.become_another_lambda()
        assert composed.send("catalog.list_products", "GET", "/catalog").status == 200
        sku = "/catalog/ESIM-VOICE-10GB"
        assert composed.send("catalog.get_product", "GET", sku).status == 200
    assert cost(composed) == {}


def test_the_personal_catalogue_costs_one_query_more(composed: Composed) -> None:
    composed.send("catalog.list_products", "GET", "/catalog")
    cost(composed)
    for _ in range(2):
        composed.become_another_lambda()
        path = "/catalog/personalized"
        assert composed.send("catalog.personalized", "GET", path).status == 200
    assert cost(composed) == {"salesforce query": 1}


def many_products(vendors: Vendors) -> None:
    serials = range(1, PRODUCTS + 1)
    products = [
        {
            "Id": f"01t9z00000{n:05d}AAA",
            "Name": f"Product {n}",
            "ProductCode": f"P-{n:05d}",
            "IsActive": True,
            "Portal_Visible__c": True,
            "Portal_Category__c": "Other",
            "Portal_Billing_Cycle__c": "Monthly",
            "WHMCS_Product_Id__c": str(n),
        }
        for n in serials
    ]
    entries = [
        {
            "Id": f"01u9{book}00000{n:05d}AAA",
            "Pricebook2Id": pricebook,
            "Product2Id": f"01t9z00000{n:05d}AAA",
            "UnitPrice": n,
            "IsActive": True,
        }
        for book, pricebook in (("a", STANDARD_PRICEBOOK_ID), ("b", PORTAL_PRICEBOOK))
        for n in serials
    ]
    vendors.salesforce.seed({"records": {"Product2": products, "PricebookEntry": entries}})


def test_five_thousand_products_and_six_readers_cost_one_refresh(
    vendors: Vendors, tables: Tables
) -> None:
    many_products(vendors)
    arrived = threading.Barrier(READERS)
    never = threading.Event()

    def wait(seconds: float) -> None:
        never.wait(seconds)

    def read(_: int) -> int:
        source = SalesforceCatalogSource(
            vendors.salesforce_client(read_seconds=120), pricebook="Portal", currency="JPY"
        )
        cache = CatalogCache(
            source=source,
            store=DynamoCatalogStore(tables[CATALOG]),
            policy=CachePolicy(lease=300, wait_for_first=120),
            wait=wait,
        )
        arrived.wait(60)
        return len(cache.current().products)

    with ThreadPoolExecutor(READERS) as pool:
        sizes = set(pool.map(read, range(READERS)))
    assert len(sizes) == 1
    assert sizes.pop() > PRODUCTS
    # 2,000 records a page is what Salesforce gives.
    assert dict(vendors.calls()) == {"salesforce composite": 1, "salesforce query more": 2}


def test_an_order_with_warm_caches_costs_one_call_each(composed: Composed) -> None:
    composed.send("catalog.personalized", "GET", "/catalog/personalized")
    composed.send("billing.payment_methods", "GET", "/billing/payment-methods/summary")
    cost(composed)
    composed.become_another_lambda()
    assert composed.order(ESIM, LINE).status == 201
    assert cost(composed) == {"salesforce composite/graph": 1, "whmcs GetClientsDetails": 1}
    assert composed.order(ESIM, LINE).status == 200
    assert cost(composed) == {}
    (mail,) = composed.mails()
    assert mail["template"] == "order-received"


def test_an_order_with_a_warm_catalogue_only(composed: Composed) -> None:
    composed.send("catalog.list_products", "GET", "/catalog")
    cost(composed)
    assert composed.order(ESIM).status == 201
    assert cost(composed) == {
        "salesforce composite/graph": 1,
        "whmcs GetPayMethods": 1,
        "whmcs GetClientsDetails": 1,
    }


def test_what_is_refused_costs_salesforce_nothing(composed: Composed) -> None:
    composed.send("catalog.list_products", "GET", "/catalog")
    cost(composed)
    assert composed.order({"sku": "NOPE"}).status == 422
    assert cost(composed) == {}


@pytest.mark.parametrize(
    ("module", "method", "path", "event", "expected"),
    [
        (
            "sso_link",
            "POST",
            "/auth/sso-link",
            {"body": {"destination": "payment-methods"}},
            {"whmcs CreateSsoToken": 1},
        ),
        (
            "payment_methods",
            "GET",
            "/billing/payment-methods/summary",
            {},
            {"whmcs GetPayMethods": 1},
        ),
        ("get_address", "GET", "/me/billing", {}, {"whmcs GetClientsDetails": 1}),
        (
            "update_address",
            "PATCH",
            "/me/billing",
            {"body": {"city": "中央区"}},
            {"whmcs GetClientsDetails": 1, "whmcs UpdateClient": 1},
        ),
        (
            "update_address",
            "PATCH",
            "/me/billing",
            {"body": {"country": "JP"}},
            {"whmcs GetClientsDetails": 1},
        ),
        ("list_invoices", "GET", "/billing/invoices", {}, {"whmcs GetInvoices": 1}),
    ],
)
def test_billing(
    composed: Composed,
    module: str,
    method: str,
    path: str,
    event: dict[str, Any],
    expected: dict[str, int],
) -> None:
    assert composed.send(f"billing.{module}", method, path, **event).status == 200
    assert cost(composed) == expected


def test_an_invoice(composed: Composed) -> None:
    bill = {
        "clientid": 1,
        "paymentmethod": "stripe",
        "items": [{"description": "Fibre", "amount": "5500.00"}],
    }
    composed.vendors.whmcs.seed({"invoices": [bill]})
    (listed,) = composed.send("billing.list_invoices", "GET", "/billing/invoices").json()["items"]
    cost(composed)
    path = f"/billing/invoices/{listed['id']}"
    assert composed.send("billing.get_invoice", "GET", path).json()["total"]["amount"] == "5500"
    # GetInvoice names no currency: it is the client's.
    assert cost(composed) == {"whmcs GetInvoice": 1, "whmcs GetClientsDetails": 1}


def test_a_no_is_asked_again_and_a_yes_is_remembered(composed: Composed) -> None:
    composed.order(ESIM)
    cost(composed)
    composed.become_another_lambda()
    composed.order(ESIM, key="another")
    assert cost(composed) == {"salesforce composite/graph": 1, "whmcs GetClientsDetails": 1}
    (remembered,) = composed.tables.items(EPHEMERAL)
    assert set(remembered) == {"pk", "through", "expiration"}


def test_reading_orders_costs_one_query(composed: Composed) -> None:
    order_id = composed.order(ESIM).json()["sfOrderId"]
    cost(composed)
    listed = composed.send("orders.list_orders", "GET", "/orders")
    assert [order["sfOrderId"] for order in listed.json()["items"]] == [order_id]
    assert cost(composed) == {"salesforce query": 1}
    one = composed.send("orders.get_order", "GET", f"/orders/{order_id}")
    assert (one.status, one.json()["status"]) == (200, "pending_review")
    assert cost(composed) == {"salesforce query": 1}
