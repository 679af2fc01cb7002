"""Nothing personal and no secret is emitted or queued by ordering, whatever goes wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.demo.data import CONSUMER_SECRET
from local.demo.people import CHEN
from local.emulators.salesforce.org import ORG_ID
from tests.canaries import CANARIES, assert_silent, sung
from tests.composed import Composed, composed
from tests.events import Answer, claims

__all__ = ["composed"]

ITEM = {
    "sku": "INTERNET-APARTMENT-1G-GOLD",
    "configOptions": {"router": "wifi7", "fixed-ip": 2, "remote-support": True},
}
ADDRESS = {
    "street": CANARIES["street"],
    "street2": CANARIES["street2"],
    "city": CANARIES["city"],
    "state": "Tokyo",
    "postcode": CANARIES["postcode"],
}
KNOWN = {
    **CANARIES,
    "session": f"{ORG_ID[:15]}!",
    "consumer secret": CONSUMER_SECRET,
    "WHMCS secret": "local-secret",
    "CHEN": CHEN.email,
    "CHEN's street": CHEN.street,
    "CHEN's phone": CHEN.phone,
}
# What ordering sends to vendors, or what only we should know.
SONG = (
    f"'{CANARIES['street']}', '{CANARIES['street2']}', '{CANARIES['city']}' and "
    f"'{CANARIES['postcode']}' are not liked"
)
SESSION = f"{CANARIES['email']} with {CANARIES['salesforce_session']} is not liked"
LOGIN = f"local-secret of {CANARIES['email']} is not liked"


def send(portal: Composed, module: str, method: str, path: str, **event: Any) -> Answer:
    """As somebody whose token holds canaries."""
    event.setdefault("headers", {})["Authorization"] = f"Bearer {CANARIES['bearer_token']}"
    user = claims(email=CANARIES["email"], name=CANARIES["last_name"])
    return portal.send(module, method, path, user=user, **event)


def order(portal: Composed, *items: Any, **more: Any) -> Answer:
    body = {"items": list(items), **more}
    return send(portal, "orders.create_order", "POST", "/orders", body=body)


def assert_nothing_said(portal: Composed, capfd: pytest.CaptureFixture[str]) -> str:
    assert sung(json.dumps(portal.mails()), KNOWN) == set()
    return assert_silent(capfd, KNOWN)


def move(portal: Composed) -> None:
    """The customer moves to where the canaries live.

    Not in a fixture: what is written to stdout before a test's own time is not captured.
    """
    moved = send(portal, "billing.update_address", "PATCH", "/me/billing", body=ADDRESS)
    assert moved.status == 200, moved.body


def test_an_order_and_looking_at_it(composed: Composed, capfd: pytest.CaptureFixture[str]) -> None:
    move(composed)
    placed = order(composed, ITEM)
    assert placed.status == 201, placed.body
    (record,) = composed.vendors.records("Order")
    assert CANARIES["city"] in record["BillingCity"]
    path = f"/orders/{placed.json()['sfOrderId']}"
    assert send(composed, "orders.get_order", "GET", path).status == 200
    assert send(composed, "orders.list_orders", "GET", "/orders").status == 200
    assert order(composed, ITEM).status == 200
    assert len(composed.mails()) == 1
    assert '"message":"order placed"' in assert_nothing_said(composed, capfd)


@pytest.mark.parametrize(
    "cart",
    [
        [{"sku": CANARIES["email"]}],
        [{**ITEM, "configOptions": {"router": CANARIES["first_name"]}}],
        [{**ITEM, CANARIES["street2"]: CANARIES["street"]}],
        [{**ITEM, "quantity": CANARIES["card_number"]}],
        CANARIES["last_name"],
    ],
)
def test_carts_that_are_refused(
    composed: Composed, capfd: pytest.CaptureFixture[str], cart: Any
) -> None:
    move(composed)
    body = {"items": cart}
    key = {"Idempotency-Key": CANARIES["password"]}
    answer = send(composed, "orders.create_order", "POST", "/orders", body=body, headers=key)
    assert answer.status == 422
    assert '"message":"refused"' in assert_nothing_said(composed, capfd)


@pytest.mark.parametrize(
    ("vendor", "operation", "status", "body"),
    [
        (
            "salesforce",
            "token",
            400,
            {"error": "invalid_client", "error_description": CONSUMER_SECRET},
        ),
        ("salesforce", "query", 400, [{"errorCode": "INVALID_FIELD", "message": SESSION}]),
        ("salesforce", "composite/graph", 400, [{"errorCode": "FIELD_CUSTOM", "message": SONG}]),
        ("salesforce", "composite/graph", 500, [{"errorCode": "UNKNOWN", "message": SONG}]),
        ("salesforce", "composite/graph", 500, f"<html>{SONG} {SESSION}"),
        ("whmcs", "GetPayMethods", 200, {"result": "error", "message": LOGIN}),
        ("whmcs", "GetClientsDetails", 403, {"message": f"Access Denied: {LOGIN}"}),
    ],
)
def test_vendors_that_tell_tales(
    composed: Composed,
    capfd: pytest.CaptureFixture[str],
    vendor: str,
    operation: str,
    status: int,
    body: Any,
) -> None:
    move(composed)
    emulator = getattr(composed.vendors, vendor)
    composed.vendors.fail(emulator, kind="status", operation=operation, status=status, body=body)
    assert order(composed, ITEM).status in (502, 503, 504)
    assert '"message":"upstream failed"' in assert_nothing_said(composed, capfd)
