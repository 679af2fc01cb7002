"""The demo, played over HTTP on a stack of its own; then every outside system is looked at.

What the demo checks is for people to see; what is asserted here is read from the emulators' own
records, not through the portal.
"""

from __future__ import annotations

import io
import json
from typing import Any

import httpx
import pytest
from rich.console import Console

from local.context import StackContext
from local.demo.people import NEWCOMERS
from local.demo.play import Demo

CUSTOMER = NEWCOMERS[0]


@pytest.fixture(scope="module")
def played(stack: StackContext) -> str:
    """What the demo printed."""
    output = io.StringIO()
    Demo(stack.front_url, Console(file=output, width=120)).run()
    return output.getvalue()


def state(url: str | None) -> dict[str, Any]:
    assert url is not None
    content: dict[str, Any] = httpx.get(f"{url}/_admin/state", timeout=10).json()
    return content


@pytest.fixture(scope="module")
def salesforce_order(stack: StackContext, played: str) -> dict[str, Any]:
    records = state(stack.salesforce_url)
    account = next(a for a in records["Account"] if a.get("Customer_Number__c") == CUSTOMER.number)
    order: dict[str, Any]
    # The stack is shared: other tests put orders of their own beside the portal's.
    (order,) = [
        o
        for o in records["Order"]
        if o["AccountId"] == account["Id"] and o.get("Portal_Order_Key__c")
    ]
    order["items"] = [i for i in records["OrderItem"] if i["OrderId"] == order["Id"]]
    return order


def test_the_demo_says_how_long_provisioning_took(played: str) -> None:
    assert "All as promised." in played
    assert "Provisioning took" in played


def test_salesforce_has_one_order_written_back(salesforce_order: dict[str, Any]) -> None:
    assert salesforce_order["Provisioning_Status__c"] == "Provisioned"
    assert salesforce_order["WHMCS_Order_ID__c"]
    assert salesforce_order["ESIM_ICCID__c"].startswith("89")
    assert not salesforce_order.get("Provisioning_Error_Code__c")
    assert len(salesforce_order["items"]) == 3
    services = [item["WHMCS_Service_ID__c"] for item in salesforce_order["items"]]
    assert all(services)
    assert len(set(services)) == 3


def test_whmcs_has_one_client_and_one_active_order(
    stack: StackContext, salesforce_order: dict[str, Any]
) -> None:
    records = state(stack.whmcs_url)
    (client,) = [c for c in records["clients"] if c["email"] == CUSTOMER.email]
    (order,) = [o for o in records["orders"] if o["clientId"] == client["id"]]
    assert order["status"] == "Active"
    assert str(order["id"]) == salesforce_order["WHMCS_Order_ID__c"]
    assert len(order["serviceIds"]) == 3


def test_the_provider_has_one_active_line(
    stack: StackContext, salesforce_order: dict[str, Any]
) -> None:
    (records,) = state(stack.gigs_url)["projects"].values()
    (user,) = [u for u in records["users"] if u["email"] == CUSTOMER.email]
    (line,) = [s for s in records["subscriptions"] if _id(s["user"]) == user["id"]]
    assert line["status"] == "active"
    assert salesforce_order["ESIM_ICCID__c"] in json.dumps(records["sims"])


def _id(reference: Any) -> str:
    return str(reference["id"] if isinstance(reference, dict) else reference)


def test_each_mail_was_sent_once(stack: StackContext, played: str) -> None:
    mails = [m for m in state(stack.sendgrid_url)["mails"] if CUSTOMER.email in json.dumps(m["to"])]
    categories = sorted(mail["categories"][0] for mail in mails)
    assert categories == [
        "esim-activation",
        "esim-reissue-notice",
        "esim-reissued",
        "order-provisioned",
        "order-received",
        "password-changed",
        "password-reset",
        "topup-receipt",
        "welcome",
    ]
    esim = next(m for m in mails if m["categories"] == ["esim-activation"])
    (qr,) = esim["attachments"]
    assert (qr["type"], qr["disposition"], qr["content_id"]) == ("image/png", "inline", "esim-qr")
