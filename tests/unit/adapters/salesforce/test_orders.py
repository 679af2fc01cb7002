"""Orders against the Salesforce emulator: the graph, its failures, and reading back."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from portal.adapters.salesforce.orders import SalesforceOrders
from portal.domain.billing import BillingAddress
from portal.domain.order_options import OrderOptions, QuantitySelection
from portal.domain.upstream import OutcomeUnknown, Refused, Unauthorized, Unavailable
from portal.ports.orders import DuplicateOrder, NewLine, NewOrder, PriceWithdrawn

from local.demo.data import PORTAL_PRICEBOOK
from local.demo.people import NAKAMURA, SATO
from tests.vendors import Vendors, account_id

ADDRESS = BillingAddress("1-2-3 Shibakoen", "Room 5", "Minato-ku", "Tokyo", "105-0011", "JP")
OPTIONS = OrderOptions(
    selections=(
        QuantitySelection(
            kind="quantity", option_id="fixed-ip", label="固定IP", value=2, whmcs_option_id=2
        ),
    )
)


def entry_of(vendors: Vendors, sku: str) -> str:
    products = {p["Id"]: p["ProductCode"] for p in vendors.records("Product2")}
    entries = vendors.records("PricebookEntry")
    return next(
        str(entry["Id"])
        for entry in entries
        if products[entry["Product2Id"]] == sku and entry["Pricebook2Id"] == PORTAL_PRICEBOOK
    )


def new_order(vendors: Vendors, key: str = "key-1", **changes: Any) -> NewOrder:
    line: dict[str, Any] = {
        "pricebook_entry_id": entry_of(vendors, "INTERNET-HOME-1G-GOLD"),
        "quantity": 1,
        "unit_price": Decimal("6500.00"),
        "billing_cycle": "monthly",
        "options": OPTIONS,
    }
    values: dict[str, Any] = {
        "key": key,
        "account_id": account_id(SATO),
        "pricebook_id": PORTAL_PRICEBOOK,
        "currency": "JPY",
        "order_type": "Internet",
        "effective": date(2026, 11, 23),
        "address": ADDRESS,
        "lines": (
            NewLine(key=f"{key}-001", **line),
            NewLine(key=f"{key}-002", **{**line, "quantity": 3, "unit_price": Decimal("19.99")}),
        ),
    }
    return NewOrder(**{**values, **changes})


def test_one_call_makes_the_order_and_reads_its_number(vendors: Vendors) -> None:
    orders = SalesforceOrders(vendors.salesforce_client())
    placed = orders.place(new_order(vendors))
    assert vendors.calls() == {"salesforce composite/graph": 1}
    (order,) = vendors.records("Order")
    assert (placed.id, placed.number) == (order["Id"], order["OrderNumber"])
    assert {name: order[name] for name in order if name.startswith(("Billing", "Activation_"))} == {
        "BillingStreet": "1-2-3 Shibakoen\nRoom 5",
        "BillingCity": "Minato-ku",
        "BillingState": "Tokyo",
        "BillingPostalCode": "105-0011",
        "BillingCountry": "Japan",
        "Activation_Type__c": "Immediate",
        "Activation_Scheduled_At__c": None,
    }
    assert (order["Status"], order["StatusCode"]) == ("Pending Review", "Draft")
    assert (order["Provisioning_Status__c"], order["EffectiveDate"]) == (
        "Not Started",
        "2026-11-23",
    )
    lines = vendors.records("OrderItem")
    assert [(i["Quantity"], i["UnitPrice"], i["Portal_Line_Key__c"]) for i in lines] == [
        (1, 6500, "key-1-001"),
        (3, 19.99, "key-1-002"),
    ]
    assert json.loads(lines[0]["ConfigOptions_JSON__c"])["selections"][0]["label"] == "固定IP"


def test_the_order_reads_back_as_it_was_placed(vendors: Vendors) -> None:
    orders = SalesforceOrders(vendors.salesforce_client())
    at = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
    placed = orders.place(new_order(vendors, scheduled_at=at))
    assert orders.by_key("key-1") == placed
    record = orders.find(placed.id, account_id(SATO))
    assert record is not None
    assert (record.number, record.status, record.activated) == (
        placed.number,
        "Pending Review",
        False,
    )
    assert record.scheduled_at == at
    assert [(line.sku, line.quantity, line.unit_price) for line in record.lines] == [
        ("INTERNET-HOME-1G-GOLD", 1, Decimal(6500)),
        ("INTERNET-HOME-1G-GOLD", 3, Decimal("19.99")),
    ]
    assert record.lines[0].options == OPTIONS
    assert (datetime.now(UTC) - record.created_at).total_seconds() < 60


def test_nobody_elses_order_is_found(vendors: Vendors) -> None:
    orders = SalesforceOrders(vendors.salesforce_client())
    placed = orders.place(new_order(vendors))
    assert orders.find(placed.id, account_id(NAKAMURA)) is None
    assert orders.of_account(account_id(NAKAMURA), before=None, limit=10) == []
    assert orders.by_key("key-2") is None


def test_keys_are_told_apart_by_case(vendors: Vendors) -> None:
    orders = SalesforceOrders(vendors.salesforce_client())
    first = orders.place(new_order(vendors, "abc"))
    second = orders.place(new_order(vendors, "ABC"))
    assert first.id != second.id


def test_the_same_key_twice_is_a_duplicate_and_changes_nothing(vendors: Vendors) -> None:
    orders = SalesforceOrders(vendors.salesforce_client())
    orders.place(new_order(vendors))
    with pytest.raises(DuplicateOrder):
        orders.place(new_order(vendors, order_type="eSIM"))
    (order,) = vendors.records("Order")
    assert order["Order_Type__c"] == "Internet"
    assert len(vendors.records("OrderItem")) == 2


@pytest.mark.parametrize(
    ("message", "duplicate"),
    [
        ("duplicate value found: Portal_Order_Key__c duplicates value on record with id: 8", True),
        ("duplicate value found: <unknown> duplicates value on record with id: <unknown>", True),
        ("duplicate value found: Their_Own__c duplicates value on record with id: 801", False),
    ],
)
def test_which_duplicates_are_ours(vendors: Vendors, message: str, duplicate: bool) -> None:
    culprit = [{"errorCode": "DUPLICATE_VALUE", "message": message, "fields": []}]
    halted = [{"errorCode": "PROCESSING_HALTED", "message": "rolled back"}]
    parts = [
        {"body": culprit, "httpHeaders": {}, "httpStatusCode": 400, "referenceId": "order"},
        {"body": halted, "httpHeaders": {}, "httpStatusCode": 400, "referenceId": "line0"},
    ]
    body = {
        "graphs": [
            {
                "graphId": "1",
                "graphResponse": {"compositeResponse": parts},
                "isSuccessful": False,
            }
        ]
    }
    vendors.fail(
        vendors.salesforce, kind="replace", operation="composite/graph", status=200, body=body
    )
    with pytest.raises(DuplicateOrder if duplicate else Refused):
        SalesforceOrders(vendors.salesforce_client()).place(new_order(vendors))


def test_a_line_that_is_refused_takes_the_order_with_it(vendors: Vendors) -> None:
    order = new_order(vendors)
    bad = NewLine(
        key="key-1-003",
        pricebook_entry_id="01u000000000000AAA",
        quantity=1,
        unit_price=Decimal(1),
        billing_cycle="monthly",
        options=OrderOptions(),
    )
    with pytest.raises(PriceWithdrawn) as withdrawn:
        SalesforceOrders(vendors.salesforce_client()).place(
            new_order(vendors, lines=(*order.lines, bad))
        )
    assert withdrawn.value.lines == (2,)
    assert vendors.records("Order") == []
    assert vendors.records("OrderItem") == []


def test_a_locked_row_is_no_refusal(vendors: Vendors) -> None:
    vendors.salesforce.set_switches({"lock_row_writes": {"Order": 1}})
    orders = SalesforceOrders(vendors.salesforce_client())
    with pytest.raises(Unavailable):
        orders.place(new_order(vendors))
    orders.place(new_order(vendors))
    assert len(vendors.records("Order")) == 1


@pytest.mark.parametrize(
    ("switches", "error"),
    [
        ({"request_limit_reached": True}, Unavailable),
        ({"api_disabled": True}, Unauthorized),
        ({"reject_sessions": True}, Unauthorized),
        ({"hidden_fields": ["Order.Portal_Order_Key__c"]}, Refused),
    ],
    ids=str,
)
def test_an_org_that_says_no(vendors: Vendors, switches: dict[str, Any], error: type) -> None:
    vendors.salesforce.set_switches(switches)
    with pytest.raises(error):
        SalesforceOrders(vendors.salesforce_client()).place(new_order(vendors))
    assert vendors.records("Order") == []


def test_a_session_that_ends_is_renewed_within_the_call(vendors: Vendors) -> None:
    orders = SalesforceOrders(vendors.salesforce_client())
    orders.by_key("key-1")
    vendors.salesforce.set_switches({"kill_sessions": True})
    orders.place(new_order(vendors))
    assert len(vendors.records("Order")) == 1


@pytest.mark.parametrize(
    ("fault", "exists"),
    [
        ({"kind": "reset"}, False),
        ({"kind": "html"}, False),
        ({"kind": "empty", "status": 502}, False),
        ({"kind": "empty"}, False),
        ({"kind": "drop_answer"}, True),
        ({"kind": "reset_after"}, True),
        ({"kind": "garble"}, True),
        ({"kind": "delay", "seconds": 5, "phase": "after"}, True),
        ({"kind": "replace", "status": 500, "body": "Internal Server Error"}, True),
        (
            {
                "kind": "replace",
                "status": 500,
                "body": [{"errorCode": "UNKNOWN_EXCEPTION", "message": "An unexpected error"}],
            },
            True,
        ),
    ],
    ids=str,
)
def test_a_lost_answer_is_an_unknown_outcome(
    vendors: Vendors, fault: dict[str, Any], exists: bool
) -> None:
    orders = SalesforceOrders(vendors.salesforce_client(read_seconds=0.5))
    vendors.fail(vendors.salesforce, operation="composite/graph", **fault)
    with pytest.raises(OutcomeUnknown):
        orders.place(new_order(vendors))
    assert (orders.by_key("key-1") is not None) is exists


def test_pages_of_orders_newest_first_in_one_call_each(vendors: Vendors) -> None:
    orders = SalesforceOrders(vendors.salesforce_client())
    placed = [orders.place(new_order(vendors, f"key-{n}")) for n in range(5)]
    vendors.forget_calls()
    first = orders.of_account(account_id(SATO), before=None, limit=3)
    second = orders.of_account(account_id(SATO), before=first[-1].number, limit=3)
    assert [record.id for record in (*first, *second)] == [p.id for p in reversed(placed)]
    assert vendors.calls() == {"salesforce query": 2}


def seeded(vendors: Vendors, options: str | None = None, **order: Any) -> str:
    """An order as staff make it in Salesforce: none of our keys, nothing filled in."""
    order_id = "8015j00000000AbAAI"
    entry = entry_of(vendors, "ESIM-VOICE-10GB")
    vendors.salesforce.seed(
        {
            "records": {
                "Order": [
                    {
                        "Id": order_id,
                        "AccountId": account_id(SATO),
                        "EffectiveDate": "2026-11-22",
                        "Status": "Draft",
                        "Pricebook2Id": PORTAL_PRICEBOOK,
                        **order,
                    }
                ],
                "OrderItem": [
                    {
                        "OrderId": order_id,
                        "PricebookEntryId": entry,
                        "Quantity": 2,
                        "UnitPrice": 1850,
                        "ConfigOptions_JSON__c": options,
                    }
                ],
            }
        }
    )
    return order_id


@pytest.mark.parametrize(
    "options", [None, "", "not JSON", "{}", "[]", '{"other": 1}', '{"version": 2}', "null"]
)
def test_an_order_made_by_hand_is_shown(vendors: Vendors, options: str | None) -> None:
    order_id = seeded(vendors, options, Provisioning_Status__c=None)
    orders = SalesforceOrders(vendors.salesforce_client())
    record = orders.find(order_id, account_id(SATO))
    assert record is not None
    assert (record.status, record.provisioning_status, record.activated) == ("Draft", None, False)
    (line,) = record.lines
    assert (line.sku, line.quantity, line.billing_cycle) == ("ESIM-VOICE-10GB", 2, "")
    assert (line.options, line.service_id) == (OrderOptions(), None)
    assert [r.id for r in orders.of_account(account_id(SATO), before=None, limit=5)] == [order_id]


def test_an_order_without_lines_is_shown(vendors: Vendors) -> None:
    order_id = "8015j00000000AcAAI"
    vendors.salesforce.seed(
        {
            "records": {
                "Order": [
                    {
                        "Id": order_id,
                        "AccountId": account_id(SATO),
                        "EffectiveDate": "2026-11-22",
                        "Status": "Draft",
                    }
                ]
            }
        }
    )
    record = SalesforceOrders(vendors.salesforce_client()).find(order_id, account_id(SATO))
    assert record is not None
    assert record.lines == ()


def test_the_category_of_a_status_counts_not_its_name(vendors: Vendors) -> None:
    order_id = seeded(vendors, Status="Activated")
    record = SalesforceOrders(vendors.salesforce_client()).find(order_id, account_id(SATO))
    assert record is not None
    assert record.activated


def test_a_hundred_lines_are_one_call(vendors: Vendors) -> None:
    (line, _) = new_order(vendors).lines
    lines = tuple(
        NewLine(
            key=f"key-1-{n:03d}",
            pricebook_entry_id=line.pricebook_entry_id,
            quantity=1,
            unit_price=Decimal(1),
            billing_cycle="monthly",
            options=OPTIONS,
        )
        for n in range(1, 101)
    )
    orders = SalesforceOrders(vendors.salesforce_client())
    placed = orders.place(new_order(vendors, lines=lines))
    record = orders.find(placed.id, account_id(SATO))
    assert record is not None
    assert len(record.lines) == 100
    assert vendors.calls() == {"salesforce composite/graph": 1, "salesforce query": 1}


def test_an_order_that_waits_for_review_is_cancelled_by_one_call(vendors: Vendors) -> None:
    orders = SalesforceOrders(vendors.salesforce_client())
    placed = orders.place(new_order(vendors))
    vendors.forget_calls()
    assert orders.cancel(placed.id, "Cancelled")
    assert vendors.calls() == {"salesforce composite": 1}
    (order,) = vendors.records("Order")
    assert (order["Status"], order["StatusCode"]) == ("Cancelled", "Draft")
    assert not orders.cancel(placed.id, "Cancelled")


@pytest.mark.parametrize(
    "staff", [{"Status": "Activated"}, {"Provisioning_Status__c": "In Progress"}], ids=str
)
def test_what_staff_decided_meanwhile_is_not_overwritten(
    vendors: Vendors, staff: dict[str, str]
) -> None:
    client = vendors.salesforce_client()
    orders = SalesforceOrders(client)
    placed = orders.place(new_order(vendors))
    client.request("PATCH", f"sobjects/Order/{placed.id}", operation="staff", json=staff)
    (before,) = vendors.records("Order")
    assert not orders.cancel(placed.id, "Cancelled")
    assert vendors.records("Order") == [before]


def test_a_status_that_the_org_does_not_have_is_refused(vendors: Vendors) -> None:
    orders = SalesforceOrders(vendors.salesforce_client())
    placed = orders.place(new_order(vendors))
    with pytest.raises(Refused) as refused:
        orders.cancel(placed.id, "Withdrawn")
    assert refused.value.code == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
