"""The pages that show the Lightning components, and the way from them to Apex."""

from __future__ import annotations

import dataclasses
import html
import json
import re
from xml.etree import ElementTree as ET

import httpx
import pytest

from local.front.app import create_app
from local.front.lightning_screen import FLOW_LABEL
from local.stack.settings import REPOSITORY
from tests.fakes.demo_stack import ORDER_ID
from tests.unit.local.conftest import Door, listening, serving

ACTION = f"/salesforce/orders/{ORDER_ID}/action"
FLOW = "/salesforce/flow/Portal_Provision_Orders"
READ = "/salesforce/apex/PortalProvisioningController/readOrders"
FLOWS = REPOSITORY / "salesforce/force-app/main/default/flows"


def shown(page: str) -> dict[str, str]:
    """What the page tells its script."""
    return {name: html.unescape(value) for name, value in re.findall(r'data-(\w+)="([^"]*)"', page)}


def test_the_action_shows_its_component_for_the_order(door: Door) -> None:
    page = door.client.get(ACTION)
    said = shown(page.text)
    assert said["component"] == "c-provision-in-whmcs"
    assert json.loads(said["properties"]) == {"recordId": ORDER_ID}
    assert said["after"] == f"/salesforce/orders/{ORDER_ID}"


def test_what_stands_in_an_address_stays_text(door: Door) -> None:
    page = door.client.get('/salesforce/orders/"><script>/action').text
    assert "<script>" not in page.replace('<script type="module"', "")
    assert json.loads(shown(page)["properties"]) == {"recordId": '"><script>'}


def test_the_flow_shows_the_selected_orders_under_its_label(door: Door) -> None:
    page = door.client.get(FLOW, params={"ids": [ORDER_ID, "801000000000002AAA"]}).text
    assert json.loads(shown(page)["properties"]) == {
        "label": FLOW_LABEL,
        "orderIds": [ORDER_ID, "801000000000002AAA"],
    }
    flow = ET.parse(FLOWS / "Portal_Provision_Orders.flow-meta.xml").getroot()  # noqa: S314  # the repository's own file
    assert flow.findtext("{http://soap.sforce.com/2006/04/metadata}label") == FLOW_LABEL


@pytest.mark.parametrize(
    ("spoken", "language"),
    [
        (None, "en"),
        ("en-GB,ja;q=0.8", "en"),
        ("ja-JP,ja;q=0.9,en;q=0.8", "ja"),
        ("de,JA;q=0.5", "ja"),
        ("de", "en"),
    ],
)
def test_the_browsers_language_decides_who_the_operator_is(
    door: Door, spoken: str | None, language: str
) -> None:
    headers = {} if spoken is None else {"Accept-Language": spoken}
    assert f'<html lang="{language}">' in door.client.get(ACTION, headers=headers).text
    door.client.post(READ, json={"orderIds": [ORDER_ID]}, headers=headers)
    (_, body), *_ = door.stack.apex_calls
    users = {"en": "operator@portal.example", "ja": "tantou@portal.example"}
    assert body["user"] == users[language]


def test_only_these_pages_allow_styles_of_components(door: Door) -> None:
    policy = door.client.get(ACTION).headers["content-security-policy"]
    assert "style-src 'self' 'unsafe-inline';" in policy
    assert "script-src 'self';" in policy
    assert "unsafe-inline" not in door.client.get("/salesforce").headers["content-security-policy"]


def test_the_compiled_files_are_served_with_their_licences(door: Door) -> None:
    folder = "/salesforce/lightning"
    page = door.client.get(ACTION).text
    for name in ("screen.js", "screen.css"):
        assert f"{folder}/{name}" in page
        assert door.client.get(f"{folder}/{name}").status_code == 200
    licences = door.client.get(f"{folder}/LICENCES.txt").text
    for part in ("lwc ", "lightning-base-components ", "@salesforce-ux/design-system "):
        assert f"\n{part}" in f"\n{licences}"


def test_answers_of_apex_reach_the_component_as_they_are(door: Door) -> None:
    door.stack.apex_failure = (403, {"message": "You do not have access."})
    answer = door.client.post(READ, json={"orderIds": [ORDER_ID]})
    assert (answer.status_code, answer.json()) == (403, {"message": "You do not have access."})


@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
def test_arguments_are_a_json_object(door: Door, body: bytes) -> None:
    answer = door.client.post(READ, content=body)
    assert (answer.status_code, "JSON object" in answer.json()["message"]) == (400, True)


def test_names_that_are_no_method_do_not_leave_the_front_door(door: Door) -> None:
    answer = door.client.post("/salesforce/apex/..%2fx/readOrders", json={})
    assert answer.status_code in {404, 502}
    answer = door.client.post("/salesforce/apex/A-b/readOrders", json={})
    assert (answer.status_code, "no method" in answer.json()["message"]) == (502, True)
    assert door.stack.apex_calls == []


def test_a_salesforce_that_is_not_there_is_named(door: Door) -> None:
    context = dataclasses.replace(door.context, salesforce_url="http://127.0.0.1:9")
    listener, url = listening()
    with listener, serving(create_app(context), listener):
        answer = httpx.post(url + READ, json={}, trust_env=False)
    assert answer.status_code == 502
    assert answer.json()["message"] == "Salesforce does not answer (ConnectError)."
