"""`/salesforce`: the list, the record, and a press of the button without its dialog."""

from __future__ import annotations

import dataclasses
import re

import httpx
import pytest

from local.front.app import create_app
from tests.fakes.demo_stack import ORDER_ID
from tests.unit.local.conftest import Door, listening, serving

JSON = {"Accept": "application/json"}
PRESS = f"/salesforce/orders/{ORDER_ID}/provision"


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


def test_a_press_is_the_apex_of_the_package(door: Door) -> None:
    door.stack.order_status = "Activated"
    result = door.client.post(PRESS).json()
    (call,) = door.stack.apex_calls
    assert call == (
        "PortalProvisioningController/provision",
        {"user": "operator@portal.example", "arguments": {"orderId": ORDER_ID}},
    )
    assert result == {
        "status": 202,
        "says": "Accepted.",
        "code": "accepted",
        "correlationId": "corr-12345678",
    }


def test_a_press_without_an_answer_has_no_status(door: Door) -> None:
    door.stack.outcome = {"code": "no-answer", "message": "The portal did not answer in time."}
    result = door.client.post(PRESS).json()
    assert (result["status"], result["code"]) == (None, "no-answer")


def test_a_press_that_ends_in_an_exception_says_which(door: Door) -> None:
    door.stack.apex_failure = (500, {"message": "Attempt to de-reference a null object"})
    answer = door.client.post(PRESS, headers=JSON)
    assert answer.status_code == 502
    assert "Attempt to de-reference a null object" in answer.json()["detail"]


def test_the_record_opens_the_dialog_and_reads_itself_again(door: Door) -> None:
    page = door.client.get(f"/salesforce/orders/{ORDER_ID}").text
    assert f'data-dialog="/salesforce/orders/{ORDER_ID}/action"' in page
    for script in ("dialog.js", "refresh.js"):
        assert f'src="/static/{script}"' in page
        assert door.client.get(f"/static/{script}").status_code == 200


def test_the_list_sends_the_selected_orders_to_the_flow(door: Door) -> None:
    page = door.client.get("/salesforce").text
    assert '<form action="/salesforce/flow/Portal_Provision_Orders">' in page
    assert f'name="ids" value="{ORDER_ID}"' in page


def test_all_times_of_a_page_have_a_date_and_are_in_one_zone(door: Door) -> None:
    door.stack.scheduled_at = "2026-12-01T00:00:00.000+0000"
    page = door.client.get(f"/salesforce/orders/{ORDER_ID}").text
    times = re.findall(r"[^<>·]*\b\d{1,2}:\d{2}(?::\d{2})?\b[^<>·]*", page)
    assert len(times) >= 2
    for text in times:
        assert re.fullmatch(r"\s*\d{2} \w{3} \d{4}, \d{2}:\d{2}:\d{2} JST\s*", text), text
    assert 'value="2026-12-01T09:00"' in page


def test_records_of_one_second_are_ordered_by_number(door: Door) -> None:
    door.client.get("/salesforce")
    orders, cases = door.stack.queries[-2:]
    assert "ORDER BY CreatedDate DESC, OrderNumber DESC" in orders
    assert "ORDER BY CreatedDate DESC, CaseNumber DESC" in cases


def test_without_the_emulator_a_press_says_so(door: Door) -> None:
    context = dataclasses.replace(door.context, salesforce_url=None)
    listener, url = listening()
    with listener, serving(create_app(context), listener):
        answer = httpx.post(url + PRESS, headers=JSON, trust_env=False)
    assert (answer.status_code, "without the Salesforce emulator" in answer.text) == (502, True)


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
