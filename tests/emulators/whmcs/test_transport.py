"""Who may call, how calls are read, and how answers are written."""

from __future__ import annotations

import hashlib
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import requests

from tests.emulators.whmcs.support import CREDENTIALS, HANAKO, SIM, Api

PAIRS: list[dict[str, str]] = [
    {"identifier": "local-identifier", "secret": "local-secret"},
    {"username": "local-identifier", "password": "local-secret"},
    {
        "username": "",
        "password": "",
        "identifier": "local-identifier",
        "secret": "local-secret",
        "accesskey": "",
    },
]


@pytest.mark.parametrize("pair", PAIRS)
def test_credentials_are_taken_in_both_pairs(api: Api, pair: dict[str, str]) -> None:
    answer = api.post({**pair, "action": "WhmcsDetails", "responsetype": "json"})
    assert answer.status_code == 200
    assert answer.json()["whmcs"]["version"].startswith("8.")


def test_legacy_admins_sign_with_md5(api: Api) -> None:
    api.emulator.seed({"config": {"adminUsername": "admin", "adminPassword": "pw"}})
    digest = hashlib.md5(b"pw", usedforsecurity=False).hexdigest()
    for password, status in ((digest, 200), ("pw", 403)):
        answer = api.post({"username": "admin", "password": password, "action": "WhmcsDetails"})
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        ({"identifier": "local-identifier", "secret": "wrong"}, "Authentication Failed"),
        ({"username": "local-identifier", "password": "wrong"}, "Authentication Failed"),
        ({"identifier": "local-identifier"}, "Invalid or missing credentials"),
        ({}, "Invalid or missing credentials"),
    ],
)
@pytest.mark.parametrize("status", [403, 400])
def test_wrong_credentials(
    api: Api, switch: Any, pair: dict[str, str], message: str, status: int
) -> None:
    switch(auth_error_status=status)
    answer = api.post({**pair, "action": "GetClients", "responsetype": "json"})
    assert answer.status_code == status
    assert answer.json() == {"result": "error", "message": message}


def test_seeded_credentials_replace_the_local_ones(api: Api) -> None:
    api.emulator.seed({"config": {"identifier": "other", "secret": "pair"}})
    assert api.raw("WhmcsDetails").status_code == 403
    answer = api.post({"identifier": "other", "secret": "pair", "action": "WhmcsDetails"})
    assert answer.status_code == 200


def test_allow_list_and_access_key(api: Api) -> None:
    config = {**CREDENTIALS, "allowedIps": ["203.0.113.7"], "accessKey": "k(1)"}
    api.emulator.seed({"config": config})
    refused = api.raw("WhmcsDetails")
    assert refused.status_code == 403
    assert refused.json()["message"] == "Invalid IP 127.0.0.1"
    assert api.raw("WhmcsDetails", accesskey="wrong").status_code == 403
    assert api.raw("WhmcsDetails", accesskey="k(1)").status_code == 200


def test_addresses_can_be_refused_by_switch(api: Api, switch: Any) -> None:
    switch(invalid_ip=True, ip_error_status=400)
    answer = api.raw("WhmcsDetails")
    assert (answer.status_code, answer.json()["message"]) == (400, "Invalid IP 127.0.0.1")
    switch(invalid_ip=False, banned_ip=True, ip_error_status=403)
    answer = api.raw("WhmcsDetails")
    assert (answer.status_code, answer.json()["message"]) == (403, "Forbidden IP 127.0.0.1")


def test_three_failures_ban_for_fifteen_minutes(api: Api, switch: Any) -> None:
    switch(failures_ban=True)
    for _ in range(2):
        api.raw("WhmcsDetails", secret="wrong")
    assert api.raw("WhmcsDetails").status_code == 200, "two failures and a success start anew"
    for _ in range(3):
        api.raw("WhmcsDetails", secret="wrong")
    assert api.raw("WhmcsDetails").json()["message"] == "Forbidden IP 127.0.0.1"
    api.emulator.clock.advance(15 * 60 + 1)
    assert api.raw("WhmcsDetails").status_code == 200


def test_role_permissions_name_the_action_in_lower_case(api: Api, switch: Any) -> None:
    switch(denied_actions=["getproducts"])
    answer = api.raw("GetProducts")
    assert answer.status_code == 403
    assert answer.json() == {
        "result": "error",
        "message": 'Invalid Permissions: API action "getproducts" is not allowed',
    }
    assert api.raw("GetClients").status_code == 200


def test_unknown_and_missing_actions(api: Api, switch: Any) -> None:
    assert api.refused("GetProductsActive") == "Command Not Found"
    switch(unknown_action="invalid_permissions")
    answer = api.raw("GetProductsActive")
    assert answer.status_code == 403
    assert '"getproductsactive" is not allowed' in answer.json()["message"]
    empty = api.post({**CREDENTIALS, "action": ""})
    assert (empty.status_code, empty.json()["message"]) == (400, "Empty action request")


@pytest.mark.parametrize("action", ["getclients", "GETCLIENTS", "GetClients"])
def test_action_in_query_or_body_in_any_case(api: Api, action: str) -> None:
    assert api.call(action)["result"] == "success"
    url = f"{api.url}?action={action}"
    assert requests.post(url, data=CREDENTIALS, timeout=5).json()["result"] == "success"
    names = [call.operation for call in api.emulator.journal.calls()]
    assert names == ["GetClients", "GetClients"]


def test_get_is_no_way_to_call(api: Api) -> None:
    answer = requests.get(api.url, params={**CREDENTIALS, "action": "GetClients"}, timeout=5)
    assert answer.status_code == 405


def test_json_bodies_are_no_forms(api: Api) -> None:
    answer = requests.post(api.url, json={**CREDENTIALS, "action": "GetClients"}, timeout=5)
    assert answer.json()["message"] == "Invalid or missing credentials"


def test_multipart_forms_are_read(api: Api) -> None:
    fields = {**CREDENTIALS, "action": "GetProducts", "pid": str(SIM)}
    files = {name: (None, value) for name, value in fields.items()}
    answer = requests.post(api.url, files=files, timeout=5)
    assert answer.json()["totalresults"] == 1


def test_fields_beyond_the_limit_are_lost(api: Api, switch: Any) -> None:
    switch(max_input_vars=5)
    fields = {"clientid": HANAKO, "paymentmethod": "stripe", "pid[0]": SIM}
    assert api.refused("AddOrder", **fields).startswith("Invalid Payment Method")


def test_json_is_ascii_with_escaped_slashes(api: Api, switch: Any) -> None:
    text = api.raw("CreateSsoToken", client_id=HANAKO).text
    assert r"\/oauth\/singlesignon.php" in text
    assert r"\u00a5" in api.raw("GetCurrencies").text
    switch(escape_slashes=False)
    assert "/oauth/singlesignon.php" in api.raw("CreateSsoToken", client_id=HANAKO).text


def test_xml(api: Api) -> None:
    answer = api.raw("GetProducts", pid=SIM, responsetype="xml")
    assert answer.headers["content-type"].startswith("application/xml")
    root = ET.fromstring(answer.content)  # noqa: S314  # our own answer
    assert root.tag == "whmcsapi"
    assert root.findtext("action") == "getproducts"
    assert root.findtext("products/product/name") == "eSIM 5 GB"
    refusal = api.raw("GetInvoice", invoiceid=7, responsetype="xml")
    assert ET.fromstring(refusal.content).findtext("message") == "Invoice ID Not Found"  # noqa: S314  # our own answer


def test_maintenance_is_html(api: Api, switch: Any) -> None:
    switch(maintenance=True)
    answer = api.raw("WhmcsDetails")
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/html")


def test_warning_on_200_does_nothing(api: Api, switch: Any) -> None:
    switch(warn_actions=["AddOrder"])
    fields = {"clientid": HANAKO, "paymentmethod": "stripe", "pid[0]": SIM}
    body = api.call("AddOrder", **fields)
    assert body["warning"].startswith("Invalid or Missing Payment Information")
    assert api.state()["orders"] == []


def test_status_instead_of_result(api: Api, switch: Any) -> None:
    switch(status_key=True)
    body = api.call("WhmcsDetails")
    assert body["status"] == "success"
    assert "result" not in body
    assert api.call("GetInvoice", invoiceid=7)["status"] == "error"


def test_entities(api: Api, switch: Any) -> None:
    switch(html_entities=True)
    api.ok("UpdateClient", clientid=HANAKO, companyname="A & B")
    assert api.ok("GetClients", search="A &")["clients"]["client"][0]["companyname"] == "A &amp; B"


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        ("documented", {"product": []}),
        ("nested", {"product": []}),
        ("list", []),
        ("object", {}),
        ("string", ""),
    ],
)
def test_empty_lists_in_every_shape(api: Api, switch: Any, variant: str, expected: Any) -> None:
    switch(empty_lists=variant)
    assert api.ok("GetClientsProducts", clientid=HANAKO)["products"] == expected


def test_empty_lists_can_be_absent(api: Api, switch: Any) -> None:
    switch(empty_lists="absent")
    assert "orders" not in api.ok("GetOrders")
    assert "paymethods" not in api.ok("GetPayMethods", clientid=43)


@pytest.mark.parametrize(
    ("variant", "expected"),
    [("list", list), ("object", dict), ("indexed", dict)],
)
def test_single_items(api: Api, switch: Any, variant: str, expected: type[Any]) -> None:
    switch(single_items=variant)
    found = api.ok("GetProducts", pid=SIM)["products"]["product"]
    assert isinstance(found, expected)
    one = {"list": 0, "indexed": "0"}.get(variant)
    assert (found if one is None else found[one])["pid"] == SIM


def test_id_types(api: Api, switch: Any) -> None:
    order = api.order(SIM)
    assert isinstance(order["orderid"], int)
    assert api.ok("UpdateClient", clientid=HANAKO)["clientid"] == str(HANAKO)
    assert api.services()[0]["id"] == order["serviceids"]
    switch(ids="strings", totals="strings")
    found = api.ok("GetOrders")
    assert found["totalresults"] == "1"
    assert found["numreturned"] == 1
    listed = found["orders"]["order"][0]
    assert (listed["id"], listed["userid"]) == (str(order["orderid"]), str(HANAKO))
    switch(ids="numbers")
    assert api.services()[0]["clientid"] == HANAKO


def test_faults_match_the_canonical_action(api: Api) -> None:
    rule = {"kind": "drop_answer", "operation": "AddOrder"}
    assert requests.post(f"{api.admin}/faults", json=rule, timeout=5).status_code == 201
    with pytest.raises(requests.ConnectionError):
        api.raw("addorder", clientid=HANAKO, paymentmethod="stripe", **{"pid[0]": SIM})
    assert len(api.state()["orders"]) == 1
