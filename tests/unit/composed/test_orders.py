"""An order from the cart to the customer's screen, through the deployed composition roots."""

from __future__ import annotations

from portal.engine.model import Job, KeyUse, LastError
from portal.engine.states import Status
from portal.provisioning.job import KIND, order_job_id
from portal.repositories.workflow import DynamoJobStore

from local.demo.people import NAKAMURA
from tests.composed import Composed
from tests.events import claims
from tests.tables import WORKFLOW
from tests.vendors import add_client

ITEM = {
    "sku": "INTERNET-APARTMENT-1G-GOLD",
    "configOptions": {"router": "wifi7", "fixed-ip": 2, "remote-support": True},
}
SECOND = "0f1e2d3c-0000-4000-8000-000000000002"


def test_the_order_shows_what_the_catalogue_promised(composed: Composed) -> None:
    shown = composed.send("catalog.get_product", "GET", f"/catalog/{ITEM['sku']}").json()
    prices = {option["id"]: option for option in shown["configOptions"]}
    (wifi7,) = (c for c in prices["router"]["choices"] if c["id"] == "wifi7")
    expected = (
        int(shown["price"]["amount"])
        + int(wifi7["priceDelta"]["amount"])
        + 2 * int(prices["fixed-ip"]["unitPrice"]["amount"])
        + int(prices["remote-support"]["unitPrice"]["amount"])
    )
    placed = composed.order(ITEM).json()
    order = composed.send("orders.get_order", "GET", f"/orders/{placed['sfOrderId']}").json()
    (line,) = order["lines"]
    assert line["unitPrice"] == {"amount": str(expected), "currency": "JPY"}
    assert {option["id"]: option["value"] for option in line["options"]} == {
        "router": "Wi-Fi 7 rental",
        "fixed-ip": "2",
        "remote-support": "yes",
    }
    assert order["orderNumber"] == placed["orderNumber"]


def test_the_workflow_speaks_in_the_timeline(composed: Composed) -> None:
    order_id = composed.order(ITEM).json()["sfOrderId"]
    store = DynamoJobStore(composed.tables[WORKFLOW])
    job_id = order_job_id(order_id)
    job = Job(
        id=job_id,
        kind=KIND,
        subject=order_id,
        status=Status.FAILED,
        attempt=1,
        requested_at=1_790_000_000,
        updated_at=1_790_000_000,
        last_error=LastError(
            code="payment-method-missing",
            message="GetPayMethods: none",
            step="check",
            at=1_790_000_000,
        ),
    )
    store.begin(job, "key", KeyUse(job_id=job_id, payload_hash="hash", attempt=1))
    order = composed.send("orders.get_order", "GET", f"/orders/{order_id}").json()
    assert order["status"] == "failed"
    assert order["message"]
    assert "GetPayMethods" not in order["message"]
    assert [entry["step"] for entry in order["timeline"]][:3] == ["received", "review", "load"]


def test_an_order_is_its_customers_only(composed: Composed) -> None:
    order_id = composed.order(ITEM).json()["sfOrderId"]
    composed.map_user(NAKAMURA, add_client(composed.vendors), SECOND)
    path = f"/orders/{order_id}"
    assert composed.send("orders.get_order", "GET", path, user=claims(SECOND)).status == 404
    theirs = composed.send("orders.list_orders", "GET", "/orders", user=claims(SECOND))
    assert theirs.json()["items"] == []


def test_sso_leads_to_the_page(composed: Composed) -> None:
    answer = composed.send(
        "billing.sso_link", "POST", "/auth/sso-link", body={"destination": "payment-methods"}
    )
    assert answer.json()["url"].startswith(f"{composed.vendors.whmcs_url}/oauth/singlesignon.php")
    composed.vendors.whmcs.set_switches({"sso_invalid_client": True})
    plain = composed.send(
        "billing.sso_link", "POST", "/auth/sso-link", body={"destination": "payment-methods"}
    ).json()
    page = "index.php?rp=/account/paymentmethods"
    assert (plain["url"], plain["signInNeeded"]) == (f"{composed.vendors.whmcs_url}/{page}", True)


def test_a_japanese_address_goes_to_whmcs_and_onto_the_order(composed: Composed) -> None:
    body = {
        "street": "芝公園4-2-8",
        "city": "港区",
        "state": "東京都",
        "postcode": "〒1050011",
    }
    changed = composed.send("billing.update_address", "PATCH", "/me/billing", body=body)
    assert (changed.status, changed.json()["postcode"]) == (200, "105-0011")
    read = composed.send("billing.get_address", "GET", "/me/billing")
    assert read.json() == changed.json()
    assert read.headers["etag"] == changed.headers["etag"]
    composed.order(ITEM)
    (order,) = composed.vendors.records("Order")
    assert (order["BillingStreet"], order["BillingState"]) == ("芝公園4-2-8", "東京都")
