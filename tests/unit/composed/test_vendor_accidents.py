"""POST /orders as deployed, with every accident on the wire to Salesforce and WHMCS."""

from __future__ import annotations

from typing import Any

import pytest
from portal.adapters.salesforce import client as salesforce_client
from portal.adapters.whmcs import client as whmcs_client

from local.demo.people import MILLER, YAMAMOTO
from tests.composed import Composed
from tests.tables import IDEMPOTENCY
from tests.vendors import add_client, card

ITEM = {"sku": "ESIM-VOICE-10GB", "quantity": 2}
IMPATIENT = 1.0
ACCIDENTS: list[dict[str, Any]] = [
    {"kind": "reset"},
    {"kind": "html"},
    {"kind": "html", "status": 502},
    {"kind": "empty"},
    {"kind": "empty", "status": 504},
    {"kind": "status", "status": 500, "body": "oops"},
    {"kind": "drop_answer"},
    {"kind": "reset_after"},
    {"kind": "garble"},
    {"kind": "replace", "status": 500, "body": "oops"},
    {"kind": "replace", "status": 503, "body": [{"errorCode": "SERVER_UNAVAILABLE"}]},
    {"kind": "delay", "seconds": 3},
    {"kind": "delay", "seconds": 3, "phase": "after"},
]


@pytest.fixture(autouse=True)
def impatient(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read timeouts of a second, where a delay is to outlast them."""
    arguments = getattr(request.node, "callspec", None)
    if arguments and arguments.params.get("accident", {}).get("kind") == "delay":
        monkeypatch.setattr(salesforce_client, "READ_SECONDS", IMPATIENT)
        monkeypatch.setattr(whmcs_client, "READ_SECONDS", IMPATIENT)


def until_answered(composed: Composed, *items: Any) -> tuple[list[int], dict[str, Any]]:
    """What a front end does: repeat as long as it is told that it may."""
    statuses: list[int] = []
    for _ in range(6):
        answer = composed.order(*items)
        statuses.append(answer.status)
        if answer.status < 400:
            return statuses, answer.json()
        assert answer.headers["retry-after"], answer.body
    raise AssertionError(statuses)


@pytest.mark.parametrize("looking", [{}, {"kind": "html"}, {"kind": "reset"}], ids=str)
@pytest.mark.parametrize("accident", ACCIDENTS, ids=str)
def test_placing_meets_an_accident(
    composed: Composed, accident: dict[str, Any], looking: dict[str, Any]
) -> None:
    """…and so may the look-up that settles it."""
    composed.send("catalog.list_products", "GET", "/catalog")
    vendors = composed.vendors
    vendors.fail(vendors.salesforce, operation="composite/graph", **accident)
    if looking:
        vendors.fail(vendors.salesforce, operation="query", **looking)
    statuses, body = until_answered(composed, ITEM)
    (order,) = vendors.records("Order")
    assert body["sfOrderId"] == order["Id"]
    assert len(vendors.records("OrderItem")) == 1
    assert statuses[-1] in (200, 201)
    assert len(composed.tables.items(IDEMPOTENCY)) == 1
    assert len({mail["dedupKey"] for mail in composed.mails()}) == 1


@pytest.mark.parametrize("switches", [{"lock_row_writes": {"Order": 2}}, {"kill_sessions": True}])
def test_faults_of_the_org(composed: Composed, switches: dict[str, Any]) -> None:
    composed.order({"sku": "NOPE"})
    composed.vendors.salesforce.set_switches(switches)
    until_answered(composed, ITEM)
    assert len(composed.vendors.records("Order")) == 1


@pytest.mark.parametrize("operation", ["GetPayMethods", "GetClientsDetails"])
@pytest.mark.parametrize("accident", ACCIDENTS[:9], ids=str)
def test_asking_whmcs_meets_an_accident(
    composed: Composed, accident: dict[str, Any], operation: str
) -> None:
    vendors = composed.vendors
    # Twice: a read whose kept connection was cut is sent once more.
    vendors.fail(vendors.whmcs, operation=operation, times=2, **accident)
    refused = composed.order(ITEM)
    vendors.whmcs.faults.clear()
    assert (refused.status, refused.json()["type"].rsplit("/")[-1]) == (503, "upstream-unavailable")
    assert vendors.records("Order") == []
    assert composed.order(ITEM).status == 201


def test_the_catalogue_cannot_be_had(composed: Composed) -> None:
    composed.vendors.fail(composed.vendors.salesforce, kind="html", operation="composite")
    assert composed.order(ITEM).status == 503
    assert composed.tables.items(IDEMPOTENCY) == []


def test_credentials_that_are_refused_are_our_fault(composed: Composed) -> None:
    composed.send("catalog.list_products", "GET", "/catalog")
    composed.vendors.whmcs.set_switches({"invalid_ip": True})
    answer = composed.order(ITEM)
    assert (answer.status, answer.json()["type"].rsplit("/")[-1]) == (502, "upstream-refused")
    assert "Invalid IP" not in answer.body


def test_an_expired_card_does_not_pay(composed: Composed) -> None:
    composed.map_user(YAMAMOTO, 2)
    answer = composed.order(ITEM)
    assert (answer.status, answer.json()["type"].rsplit("/")[-1]) == (
        409,
        "payment-method-required",
    )
    assert composed.vendors.records("Order") == []


def test_a_customer_without_a_card_adds_one_and_orders(composed: Composed) -> None:
    client_id = add_client(composed.vendors, paymethods=[])
    composed.map_user(MILLER, client_id)
    assert composed.order(ITEM).status == 409
    other = add_client(composed.vendors, 43, paymethods=[card("12/39")])
    composed.map_user(MILLER, other)
    assert composed.order(ITEM).status == 201
