"""`/salesforce`: the list, the record, and the signed press of the button."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import re
import time

import httpx
import pytest

from local.front.app import create_app
from local.front.signing import provision_headers
from tests.fakes.demo_stack import ORDER_ID
from tests.unit.local.conftest import Door, listening, serving

JSON = {"Accept": "application/json"}
PRESS = f"/salesforce/orders/{ORDER_ID}/provision"


def test_signature_is_the_one_openssl_makes() -> None:
    """The hex digits come from `openssl dgst -sha256 -hmac secret` over the canonical string."""
    headers = provision_headers(
        order_id="8015j0000000001AAA",
        idempotency_key="8015j0000000001AAA-1",
        timestamp=1795338000,
        body=b"{}",
        key_id="local-1",
        key="secret",
    )
    assert headers == {
        "X-Portal-Timestamp": "1795338000",
        "X-Portal-Key-Id": "local-1",
        "Idempotency-Key": "8015j0000000001AAA-1",
        "X-Portal-Signature": "v1=8642c6823ed597b43b4896c0ca6ca5fcb5218730a7fdadc9f5a1ae4937ec0236",
    }


def test_list_shows_orders_and_cases(door: Door) -> None:
    page = door.client.get("/salesforce").text
    assert "00000100" in page
    assert "Haruka &lt;Sato&gt;" in page
    assert "E-mail differs" in page


def test_record_shows_fields_products_and_options(door: Door) -> None:
    page = door.client.get(f"/salesforce/orders/{ORDER_ID}").text
    assert "Pending Review" in page
    assert "Wi-Fi router: Wi-Fi 6 rental" in page
    assert "English remote support: yes" in page
    assert "Fixed IPv4 addresses" not in page
    assert "¥31,250" in page
    assert "Minato-ku" in page


def test_failure_is_shown_with_code_and_message(door: Door) -> None:
    door.stack.mistakes.fails = True
    assert "plan-unknown" in door.client.get(f"/salesforce/orders/{ORDER_ID}").text
    assert "No such plan." in door.client.get("/salesforce").text


def test_approve_activates_the_order_and_a_second_time_shows_why_not(door: Door) -> None:
    path = f"/salesforce/orders/{ORDER_ID}/approve"
    assert door.client.post(path).headers["location"] == f"/salesforce/orders/{ORDER_ID}"
    assert door.stack.order_status == "Activated"
    again = door.client.post(path)
    assert again.status_code == 502
    assert "already activated (FIELD_INTEGRITY_EXCEPTION)" in again.text


def test_press_signs_what_it_sends(door: Door) -> None:
    door.stack.press_answer = (202, {"sfOrderId": ORDER_ID, "status": "queued", "attempt": 1})
    result = door.client.post(PRESS, headers=JSON).json()
    sent, body = door.stack.presses[0], door.stack.bodies[0]
    assert sent["idempotency-key"] == f"{ORDER_ID}-1"
    assert abs(int(sent["x-portal-timestamp"]) - time.time()) < 30
    canonical = "|".join(
        [
            "v1",
            "POST",
            f"/orders/{ORDER_ID}/provision",
            sent["x-portal-timestamp"],
            sent["idempotency-key"],
            hashlib.sha256(body).hexdigest(),
        ]
    )
    expected = hmac.new(b"signing-key-for-tests", canonical.encode(), "sha256").hexdigest()
    assert sent["x-portal-signature"] == f"v1={expected}"
    assert sent["x-portal-key-id"] == "local-1"
    assert result["status"] == 202
    assert result["correlationId"] == "corr-12345678"
    assert result["says"] == "Accepted: attempt 1 is queued. This page follows it."


def test_key_counts_the_attempts_that_salesforce_recorded(door: Door) -> None:
    door.stack.press_answer = (200, {"status": "provisioned", "attempt": 1})
    door.stack.provisioned = True
    result = door.client.post(PRESS, headers=JSON).json()
    assert result["idempotencyKey"] == f"{ORDER_ID}-2"
    assert result["says"] == "Nothing was done: the order is provisioned already (attempt 1)."


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((401, {"detail": "Too old."}), "The portal refused the signature. Too old."),
        ((409, {"detail": "Attempt 1 runs."}), "Another attempt is under way. Attempt 1 runs."),
        ((500, {}), "The portal refused (500). The portal gave no reason."),
    ],
)
def test_refusals_are_readable_on_the_page(
    door: Door, answer: tuple[int, dict[str, str]], says: str
) -> None:
    door.stack.press_answer = answer
    page = door.client.get(door.client.post(PRESS).headers["location"]).text
    assert says in page
    assert "corr-12345678" in page
    assert says not in door.client.get(f"/salesforce/orders/{ORDER_ID}").text


def test_an_accepted_press_is_shown_until_its_attempt_has_ended(door: Door) -> None:
    door.stack.press_answer = (202, {"sfOrderId": ORDER_ID, "status": "queued", "attempt": 1})
    page = door.client.post(PRESS).headers["location"]
    says = "Accepted: attempt 1 is queued."
    for state, shown in [("Queued", True), ("In Progress", True), ("Failed", False)]:
        door.stack.provisioning_status = state
        assert (says in door.client.get(page).text) is shown, state


def test_a_refusal_is_shown_until_the_order_changes(door: Door) -> None:
    door.stack.press_answer = (422, {"detail": "Approve the Order first."})
    page = door.client.post(PRESS).headers["location"]
    assert "Approve the Order first." in door.client.get(page).text
    door.client.post(f"/salesforce/orders/{ORDER_ID}/approve")
    assert "Approve the Order first." not in door.client.get(page).text


def test_all_times_of_a_page_have_a_date_and_are_in_one_zone(door: Door) -> None:
    door.stack.press_answer = (401, {"detail": "Too old."})
    door.stack.scheduled_at = "2026-12-01T00:00:00.000+0000"
    page = door.client.get(door.client.post(PRESS).headers["location"]).text
    times = re.findall(r"[^<>·]*\b\d{1,2}:\d{2}(?::\d{2})?\b[^<>·]*", page)
    assert len(times) >= 3
    for text in times:
        assert re.fullmatch(r"\s*\d{2} \w{3} \d{4}, \d{2}:\d{2}:\d{2} JST\s*", text), text
    assert 'value="2026-12-01T09:00"' in page


def test_records_of_one_second_are_ordered_by_number(door: Door) -> None:
    door.client.get("/salesforce")
    orders, cases = door.stack.queries[-2:]
    assert "ORDER BY CreatedDate DESC, OrderNumber DESC" in orders
    assert "ORDER BY CreatedDate DESC, CaseNumber DESC" in cases


def test_no_answer_is_named_as_unknown(door: Door) -> None:
    context = dataclasses.replace(door.context, api_url="http://127.0.0.1:9/api")
    listener, url = listening()
    with listener, serving(create_app(context), listener):
        result = httpx.post(url + PRESS, headers=JSON, trust_env=False).json()
    assert result["status"] is None
    assert "not known whether the request arrived" in result["says"]


def test_an_expired_session_is_renewed_once(door: Door) -> None:
    door.client.get("/salesforce")
    door.stack.valid_tokens.clear()
    logins = door.stack.logins
    assert door.client.get("/salesforce").status_code == 200
    assert door.stack.logins == logins + 1


@pytest.mark.parametrize(
    "order_id", ["8015j0000000009AAA", "x' OR Name != '", "0015j0000000001AAA"]
)
def test_what_is_no_order_is_not_found(door: Door, order_id: str) -> None:
    assert door.client.get(f"/salesforce/orders/{order_id}", headers=JSON).status_code == 404


def test_scheduling_needs_a_time(door: Door) -> None:
    path = f"/salesforce/orders/{ORDER_ID}/activation"
    assert door.client.post(path, data={"type": "Scheduled", "at": ""}).status_code == 422
    good = door.client.post(path, data={"type": "Scheduled", "at": "2026-12-01T09:00"})
    assert good.status_code == 303
    assert door.stack.order_changes[-1] == {
        "Activation_Type__c": "Scheduled",
        "Activation_Scheduled_At__c": "2026-12-01T00:00:00.000+0000",
    }
