"""AddOrder: lines, prices, encodings, and everything that it does not do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.emulators.whmcs.support import (
    CLOSED,
    FIBRE,
    HANAKO,
    RETIRED,
    ROUTER,
    SIM,
    TRIAL,
    Api,
    packed,
)


def test_worked_example_with_two_lines(api: Api) -> None:
    answer = api.order(
        FIBRE,
        ROUTER,
        **{
            "billingcycle[0]": "monthly",
            "qty[0]": 1,
            "configoptions[0]": packed({4: 9, 5: 3}),
            "customfields[0]": packed({12: "8014x000000ABCDXYZ"}),
            "billingcycle[1]": "onetime",
            "qty[1]": 1,
            "configoptions[1]": "",
            "customfields[1]": packed({13: "8014x000000ABCDXYZ"}),
            "domain[1]": "line-2",
            "noinvoice": 1,
            "noemail": 1,
        },
    )
    assert "invoiceid" not in answer
    assert answer["productids"] == answer["serviceids"] == "1,2"
    assert (answer["addonids"], answer["domainids"]) == ("", "")
    fibre, router = api.services(clientid=HANAKO)
    assert fibre["firstpaymentamount"] == "10550.00", "5500 + 1000 + 3 * 300; set-up 3000 + 3 * 50"
    assert fibre["recurringamount"] == "7400.00"
    assert [(o["option"], o["value"]) for o in fibre["configoptions"]["configoption"]] == [
        ("Speed", "10 Gbps"),
        ("Mesh points", 3),
        ("Fixed address", 0),
    ]
    marks = [s["customfields"]["customfield"][0]["value"] for s in (fibre, router)]
    assert marks == ["8014x000000ABCDXYZ"] * 2
    assert (router["billingcycle"], router["nextduedate"]) == ("One Time", "0000-00-00")
    assert (router["firstpaymentamount"], router["recurringamount"]) == ("12000.00", "0.00")
    assert {s["status"] for s in (fibre, router)} == {"Pending"}
    assert {s["orderid"] for s in (fibre, router)} == {str(answer["orderid"])}
    found = api.services(clientid=HANAKO, domain="line-2")
    assert [s["id"] for s in found] == [router["id"]]
    assert api.state()["emails"] == []


def test_order_and_invoice(api: Api) -> None:
    answer = api.order(SIM, SIM, **{"billingcycle[0]": "monthly", "clientip": "203.0.113.9"})
    order = api.ok("GetOrders", id=answer["orderid"])["orders"]["order"][0]
    assert (order["status"], order["amount"], order["ipaddress"]) == (
        "Pending",
        "3300.00",
        "203.0.113.9",
    )
    assert 2**31 < order["ordernum"] < 10**10
    assert order["currencysuffix"] == "JPY"
    lines = order["lineitems"]["lineitem"]
    assert [(item["relid"], item["product"], item["status"]) for item in lines] == [
        (1, "eSIM - eSIM 5 GB", "Pending"),
        (2, "eSIM - eSIM 5 GB", "Pending"),
    ]
    invoice = api.ok("GetInvoice", invoiceid=answer["invoiceid"])
    assert (invoice["status"], invoice["total"], invoice["balance"]) == (
        "Unpaid",
        "3300.00",
        "3300.00",
    )
    templates = [mail["template"] for mail in api.state()["emails"]]
    assert templates == ["Order Confirmation", "Invoice Created"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"clientid": 999}, "Client ID Not Found"),
        ({"clientid": ""}, "Client ID Not Found"),
        ({"clientid": CLOSED}, "Unable to add order when client status is Closed"),
        (
            {"paymentmethod": "paypal"},
            "Invalid Payment Method. Valid options include stripe,banktransfer",
        ),
        (
            {"paymentmethod": ""},
            "Invalid Payment Method. Valid options include stripe,banktransfer",
        ),
        ({"pid[0]": 999}, "No items added to cart so order cannot proceed"),
        ({"pid[0]": RETIRED}, "No items added to cart so order cannot proceed"),
        ({"pid[0]": "abc"}, "No items added to cart so order cannot proceed"),
        ({"billingcycle": "monthly"}, "Expecting parameter 'billingcycle' to be an array"),
        ({"billingcycle[0]": "quarterly"}, "Invalid Billing Cycle Requested"),
        ({"billingcycle[0]": "fortnightly"}, "Invalid Billing Cycle Requested"),
        ({"addonid": 1, "serviceid": 77}, "Service ID not owned by Client ID provided"),
        ({"servicerenewals[0]": 77}, "Service ID 77 can not be renewed at this time."),
    ],
)
def test_refusals(api: Api, fields: dict[str, Any], message: str) -> None:
    request = {"clientid": HANAKO, "paymentmethod": "stripe", "pid[0]": SIM, **fields}
    assert api.refused("AddOrder", **request) == message
    assert api.state()["orders"] == []
    assert api.state()["services"] == []


def test_scalar_pid_is_refused(api: Api) -> None:
    message = api.refused("AddOrder", clientid=HANAKO, paymentmethod="stripe", pid=SIM)
    assert message == "Expecting parameter 'pid' to be an array"


def test_unknown_and_retired_products_are_dropped_from_mixed_orders(api: Api) -> None:
    answer = api.order(999, SIM, RETIRED, **{"domain[1]": "keeps its index"})
    assert answer["serviceids"] == "1"
    assert api.services()[0]["domain"] == "keeps its index"


def test_notes_are_dropped_unless_switched(api: Api, switch: Any) -> None:
    api.order(SIM, notes="sfOrderId=8014x")
    switch(add_order_notes="kept")
    api.order(SIM, notes="sfOrderId=8014x")
    orders = api.ok("GetOrders")["orders"]["order"]
    assert [order["notes"] for order in orders] == ["sfOrderId=8014x", ""], "newest first"


@pytest.mark.parametrize(("variant", "expected"), [("zero", 0), ("empty", ""), ("null", None)])
def test_invoice_id_of_orders_without_invoice(
    api: Api, switch: Any, variant: str, expected: Any
) -> None:
    switch(noinvoice_invoiceid=variant)
    assert api.order(SIM, noinvoice=1)["invoiceid"] == expected
    assert api.state()["invoices"] == []


@pytest.mark.parametrize(
    ("noinvoice", "invoices"), [("1", 0), ("True", 0), ("false", 0), ("0", 1), ("", 1)]
)
def test_truth_is_phps(api: Api, noinvoice: str, invoices: int) -> None:
    api.order(SIM, noinvoice=noinvoice)
    assert len(api.state()["invoices"]) == invoices


@pytest.mark.parametrize(
    "sent",
    [{4: 99}, {99: 1}, {5: 6}, {5: -1}, {4: "fast"}, {}],
    ids=["choice", "option", "above", "below", "text", "none"],
)
def test_wrong_options_silently_become_the_minimum(api: Api, sent: dict[int | str, Any]) -> None:
    api.order(FIBRE, **{"configoptions[0]": packed(sent)})
    service = api.services()[0]
    assert [o["value"] for o in service["configoptions"]["configoption"]] == ["1 Gbps", 0, 0]
    assert service["recurringamount"] == "5500.00"


@pytest.mark.parametrize("sent", [{4: 99}, {99: 1}, {5: 6}, {4: "fast"}])
def test_wrong_options_can_be_refused(api: Api, switch: Any, sent: dict[int | str, Any]) -> None:
    switch(unknown_config_options="refuse")
    fields = {"clientid": HANAKO, "paymentmethod": "stripe", "pid[0]": FIBRE}
    message = api.refused("AddOrder", **fields, **{"configoptions[0]": packed(sent)})
    assert "configurable option" in message
    assert api.order(FIBRE, **{"configoptions[0]": packed({4: 9, 6: 1})})


@pytest.mark.parametrize(
    "sent", [{5: 2, 6: 1}, {5: {"optionid": 20, "qty": 2}, 6: {"optionid": 30, "qty": 1}}]
)
def test_quantities_and_yes_no(api: Api, sent: dict[int | str, Any]) -> None:
    api.order(FIBRE, **{"configoptions[0]": packed(sent)})
    service = api.services()[0]
    assert [o["value"] for o in service["configoptions"]["configoption"]] == ["1 Gbps", 2, 1]
    assert service["recurringamount"] == "6870.00"


@pytest.mark.parametrize("name", ["configoptions", "customfields"])
def test_bad_encodings_are_refused_or_dropped(api: Api, switch: Any, name: str) -> None:
    fields = {"clientid": HANAKO, "paymentmethod": "stripe", "pid[0]": FIBRE}
    bad = {f"{name}[0]": "{}"}
    assert f"{name}[0] is not base64" in api.refused("AddOrder", **fields, **bad)
    assert api.state()["orders"] == []
    switch(bad_encoding="drop")
    api.ok("AddOrder", **fields, **bad)
    assert api.state()["services"][0]["customfields"] == {}


def test_custom_fields_of_other_products_are_ignored(api: Api) -> None:
    api.order(SIM, **{"customfields[0]": packed({12: "wrong product", 14: "mine"})})
    assert api.state()["services"][0]["customfields"] == {"14": "mine"}


def test_misaligned_arrays_go_by_index(api: Api) -> None:
    api.order(FIBRE, FIBRE, **{"billingcycle[1]": "annually", "domain[0]": "a"})
    cycles = [(s["billingcycle"], s["domain"]) for s in api.services()]
    assert cycles == [("Monthly", "a"), ("Annually", "")]


def test_quantity(api: Api, switch: Any) -> None:
    api.order(SIM, **{"qty[0]": 3})
    service = api.services()[0]
    assert (service["qty"], service["recurringamount"]) == (3, "4950.00")
    switch(quantity="many_services")
    answer = api.order(SIM, **{"qty[0]": 3})
    assert answer["serviceids"] == "2,3,4"
    assert [s["qty"] for s in api.services()] == [3, 1, 1, 1]


def test_price_override(api: Api) -> None:
    api.order(FIBRE, **{"priceoverride[0]": "1.5"})
    service = api.services()[0]
    assert (service["firstpaymentamount"], service["recurringamount"]) == ("1.50", "1.50")


def test_cycles_not_offered_can_fall_back(api: Api, switch: Any) -> None:
    switch(bad_billing_cycle="first_offered")
    api.order(SIM, **{"billingcycle[0]": "triennially"})
    assert api.services()[0]["billingcycle"] == "Monthly"


def test_free_products_have_no_invoice(api: Api) -> None:
    answer = api.order(TRIAL)
    assert answer["invoiceid"] == 0
    assert api.services()[0]["billingcycle"] == "Free Account"


def test_other_currencies(api: Api) -> None:
    dollars = {"id": 2, "code": "USD", "prefix": "$", "suffix": " USD"}
    client = {
        "id": 50, "firstname": "A", "lastname": "B", "email": "usd@example.com", "currency": 2
    }  # fmt: skip
    api.emulator.seed({"currencies": [dollars], "clients": [client]})
    fields = {"clientid": 50, "paymentmethod": "stripe", "pid[0]": SIM}
    assert api.refused("AddOrder", **fields) == "Invalid Billing Cycle Requested"
    prices = api.ok("GetProducts", pid=SIM)["products"]["product"][0]["pricing"]
    assert prices["USD"]["monthly"] == "-1.00"
    assert Decimal(prices["JPY"]["monthly"]) == 1650
