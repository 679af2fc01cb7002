"""The emulator as others drive it: seeds, switches, faults, the journal, limits."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.emulators.salesforce.org_client import FIBRE, KEN, MEI, OrgClient, error, order_fields


def seed(org: OrgClient, **records: Any) -> requests.Response:
    return requests.post(f"{org.server.admin}/seed", json={"records": records}, timeout=5)


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ({"Ordr": [{}]}, "records.Ordr: no such object"),
        ({"Product2": [{"Name": "x", "Nope__c": 1}]}, "records.Product2[0].Nope__c"),
        ({"Product2": [{"ProductCode": "x"}]}, "Name is required"),
        ({"Product2": [{"Id": MEI, "Name": "x"}]}, "ids of Product2 begin with 01t"),
        ({"Product2": [{"Id": FIBRE, "Name": "x"}]}, "exists already"),
        ({"Product2": [{"Name": "x", "Portal_Category__c": "TV"}]}, "restricted picklist"),
        ({"Account": [{"Id": "001F00000000001AAA", "Name": "x"}]}, "make it 001F00000000001IAA"),
        ({"Account": [{"Name": "x", "Customer_Number__c": "c-0001"}]}, "exists already"),
        ({"Contact": [{"LastName": "x", "AccountId": "001000000000099AAA"}]}, "is no Account"),
    ],
)
def test_wrong_seed_is_explained_and_leaves_nothing(
    org: OrgClient, records: dict[str, Any], said: str
) -> None:
    before = org.state()
    answer = seed(org, Case=[{"Subject": "first"}], **records)
    assert answer.status_code == 400
    assert said in answer.json()["error"]
    assert org.state() == before


def test_orders_can_be_seeded_in_any_state(org: OrgClient) -> None:
    order = {**order_fields(), "Status": "Activated", "OrderNumber": "00000007"}
    answer = seed(org, Order=[{**order, "CreatedDate": "2026-01-02T03:04:05Z"}])
    (stored,) = answer.json()["Order"]
    assert stored["CreatedDate"] == "2026-01-02T03:04:05.000+0000"
    assert (stored["OrderNumber"], stored["StatusCode"]) == ("00000007", "Activated")


def test_statuses_are_seeded_like_records(org: OrgClient) -> None:
    seed(org, OrderStatus=[{"MasterLabel": "Held", "ApiName": "Held", "StatusCode": "Draft"}])
    assert org.read("Order", org.order(Status="Held"))["StatusCode"] == "Draft"


def test_state_has_every_live_record(org: OrgClient) -> None:
    order_id = org.order()
    gone = org.order()
    org.call("DELETE", f"sobjects/Order/{gone}")
    assert [record["Id"] for record in org.state()["Order"]] == [order_id]
    assert {record["Id"] for record in org.state()["Account"]} == {MEI, KEN}


def test_journal_names_operations(org: OrgClient) -> None:
    org.server.emulator.journal.clear()
    record_id = org.order()
    org.call("PATCH", f"sobjects/Order/{record_id}", {})
    org.call("GET", f"sobjects/Order/{record_id}")
    org.call("GET", "sobjects/Order/describe")
    org.call("GET", "sobjects")
    org.query("SELECT Id FROM Order")
    org.call("GET", "query/01g000000000000001-2")
    org.call("POST", "composite/graph", {})
    org.call("PATCH", "composite/sobjects", {})
    org.call("POST", "composite", {})
    org.call("GET", "limits")
    org.call("GET", "/services/data")
    requests.post(f"{org.server.url}/services/oauth2/token", timeout=5)
    assert [call.operation for call in org.server.emulator.journal.calls()] == [
        "POST Order", "PATCH Order", "GET Order", "describe Order", "describe", "query",
        "query more", "composite/graph", "composite/sobjects", "composite", "limits", "versions",
        "token",
    ]  # fmt: skip


def test_every_answer_tells_the_api_usage(org: OrgClient) -> None:
    org.switch(daily_request_limit=500)
    assert org.call("GET", "limits").headers["Sforce-Limit-Info"] == "api-usage=1/500"
    assert org.call("GET", "nothing").headers["Sforce-Limit-Info"] == "api-usage=2/500"
    assert org.call("GET", "limits").json() == {"DailyApiRequests": {"Max": 500, "Remaining": 497}}


@pytest.mark.parametrize(
    ("switch", "code", "message"),
    [
        ("request_limit_reached", "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
        (
            "api_disabled",
            "API_DISABLED_FOR_ORG",
            "The REST API is not enabled for this Organization.",
        ),
    ],
)
def test_org_refuses_everything(org: OrgClient, switch: str, code: str, message: str) -> None:
    org.switch(**{switch: True})
    assert error(org.query("SELECT Id FROM Order")) == (403, code, message)
    assert error(org.call("POST", "sobjects/Order", order_fields())) == (403, code, message)
    org.switch(**{switch: False})
    assert org.rows("SELECT Id FROM Order") == []


def test_rows_can_be_locked_for_some_writes(org: OrgClient) -> None:
    record_id = org.order()
    org.switch(lock_row_writes={"Order": 2})
    url = f"sobjects/Order/{record_id}"
    for _ in range(2):
        answer = org.call("PATCH", url, {"PoNumber": "1"})
        assert error(answer)[:2] == (400, "UNABLE_TO_LOCK_ROW")
    assert org.call("PATCH", url, {"PoNumber": "1"}).status_code == 204


def test_hidden_fields_do_not_exist(org: OrgClient) -> None:
    record_id = org.order(Portal_Order_Key__c="k")
    org.switch(hidden_fields=["Order.Portal_Order_Key__c"])
    query = "SELECT Id FROM Order WHERE Portal_Order_Key__c = 'k'"
    assert error(org.query(query))[:2] == (400, "INVALID_FIELD")
    write = {"Portal_Order_Key__c": "x", "PoNumber": "1"}
    refused = org.call("PATCH", f"sobjects/Order/{record_id}", write)
    assert error(refused)[:2] == (400, "INVALID_FIELD")
    assert org.call("PATCH", f"sobjects/Order/{record_id}", {"PoNumber": "1"}).status_code == 204
    org.switch(hidden_fields=[])
    assert [row["Id"] for row in org.rows(query)] == [record_id]


def test_read_only_fields_can_be_read(org: OrgClient) -> None:
    org.switch(read_only_fields=["Order.WHMCS_Order_ID__c"])
    order_id = org.order()
    refused = org.call("PATCH", f"sobjects/Order/{order_id}", {"WHMCS_Order_ID__c": "7"})
    assert error(refused)[:2] == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
    assert org.read("Order", order_id)["WHMCS_Order_ID__c"] is None


def test_without_person_accounts_their_fields_do_not_exist(org: OrgClient) -> None:
    org.switch(person_accounts=False)
    answer = org.query("SELECT PersonEmail FROM Account")
    assert error(answer)[:2] == (400, "INVALID_FIELD")
    account = org.create("Account", Name="Plain", Customer_Number__c="C-9")
    assert "IsPersonAccount" not in org.read("Account", account)


def test_fault_after_the_commit_leaves_the_record(org: OrgClient) -> None:
    rule = {"kind": "drop_answer", "operation": "POST Order"}
    requests.post(f"{org.server.admin}/faults", json=rule, timeout=5)
    body = {**order_fields(), "Portal_Order_Key__c": "k"}
    with pytest.raises(requests.ConnectionError):
        org.call("POST", "sobjects/Order", body)
    assert error(org.call("POST", "sobjects/Order", body))[1] == "DUPLICATE_VALUE"


def test_unknown_version_and_media_type(org: OrgClient) -> None:
    assert error(org.call("GET", "/services/data/v99.0/limits"))[:2] == (404, "NOT_FOUND")
    assert {item["version"] for item in org.call("GET", "/services/data").json()} >= {"63.0"}
    form = requests.post(
        f"{org.server.url}/services/data/v63.0/sobjects/Case",
        data={"Subject": "x"},
        headers={"Authorization": f"Bearer {org.token}"},
        timeout=5,
    )
    assert error(form)[:2] == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    "switches",
    [
        {"hidden_fields": ["OrderItem.OrderId"]},
        {"hidden_fields": ["Order.Nope__c"]},
        {"read_only_fields": ["Nope.Status"]},
        {"time_zone": "Mars/Olympus"},
        {"batch_size": 0},
    ],
)
def test_impossible_switches_are_refused(org: OrgClient, switches: dict[str, Any]) -> None:
    url = f"{org.server.admin}/switches"
    before = requests.get(url, timeout=5).json()
    assert requests.patch(url, json=switches, timeout=5).status_code == 400
    assert requests.get(url, timeout=5).json() == before


def test_long_queries_do_not_fit_into_the_address(org: OrgClient) -> None:
    names = ",".join(f"'{number:06}'" for number in range(1_300))
    query = "SELECT Id FROM Account WHERE Customer_Number__c IN"
    answer = org.query(f"{query} ({names})")
    assert error(answer)[:2] == (414, "URI_TOO_LONG")
