"""Single records: create, read, update, upsert, delete, and what each field accepts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulators.salesforce.org_client import (
    FIBRE,
    KEN,
    MEI,
    PATH,
    PORTAL_BOOK,
    OrgClient,
    error,
    order_fields,
)


def refused(org: OrgClient, **changes: Any) -> tuple[int, str, str, list[str] | None]:
    """How an order with these fields is refused."""
    answer = org.call("POST", "sobjects/Order", {**order_fields(), **changes})
    return (*error(answer), answer.json()[0].get("fields"))


def test_created_record_reads_back_with_what_the_org_fills_in(org: OrgClient) -> None:
    answer = org.call("POST", "sobjects/Order", {**order_fields(), "Name": "  trimmed "})
    record_id = answer.json()["id"]
    assert answer.json() == {"id": record_id, "success": True, "errors": []}
    assert answer.headers["Location"] == f"{PATH}/sobjects/Order/{record_id}"
    order = org.read("Order", record_id[:15])
    assert order["Id"] == record_id
    assert order["Name"] == "trimmed"
    assert order["OrderNumber"] == "00000100"
    assert order["StatusCode"] == "Draft"
    assert order["TotalAmount"] == 0.0
    assert order["Provisioning_Status__c"] == "Not Started"
    assert order["Attempt_Count__c"] == 0.0
    assert order["CreatedDate"] == order["LastModifiedDate"] == order["SystemModstamp"]
    assert order["CreatedDate"].endswith(".000+0000")
    assert order["CreatedById"] == order["OwnerId"]
    assert order["ActivatedDate"] is None


def test_totals_follow_the_lines(org: OrgClient) -> None:
    order_id = org.order()
    item_id = org.item(order_id, Quantity=3, UnitPrice=10.555)
    item = org.read("OrderItem", item_id)
    assert (item["UnitPrice"], item["TotalPrice"], item["ListPrice"]) == (10.56, 31.68, 4980.0)
    assert item["Product2Id"] == FIBRE
    assert org.read("Order", order_id)["TotalAmount"] == 31.68
    org.call("DELETE", f"sobjects/OrderItem/{item_id}")
    assert org.read("Order", order_id)["TotalAmount"] == 0.0


def test_selected_fields_only(org: OrgClient) -> None:
    url = f"sobjects/Account/{MEI}?fields=Name,PersonEmail"
    body = org.call("GET", url).json()
    assert set(body) == {"attributes", "Name", "PersonEmail"}
    wrong = org.call("GET", f"sobjects/Account/{MEI}?fields=Nmae")
    assert error(wrong)[:2] == (400, "INVALID_FIELD")


@pytest.mark.parametrize(
    ("changes", "code", "message", "fields"),
    [
        (
            {"AccountId": None, "EffectiveDate": None},
            "REQUIRED_FIELD_MISSING",
            "Required fields are missing: [AccountId, EffectiveDate]",
            ["AccountId", "EffectiveDate"],
        ),
        (
            {"Portal_Order_Id__c": "x"},
            "INVALID_FIELD",
            "No such column 'Portal_Order_Id__c' on sobject of type Order",
            None,
        ),
        (
            {"OrderNumber": "1", "TotalAmount": 5},
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            (
                "Unable to create/update fields: OrderNumber, TotalAmount. Please check the "
                "security settings of this field and verify that it is read/write for your "
                "profile or permission set."
            ),
            ["OrderNumber", "TotalAmount"],
        ),
        (
            {"Portal_Order_Key__c": "k" * 65},
            "STRING_TOO_LONG",
            f"Portal Order Key: data value too large: {'k' * 65} (max length=64)",
            ["Portal_Order_Key__c"],
        ),
        (
            {"Provisioning_Status__c": "Done"},
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "Provisioning Status: bad value for restricted picklist field: Done",
            ["Provisioning_Status__c"],
        ),
        (
            {"Status": "Nearly"},
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "Status: bad value for restricted picklist field: Nearly",
            ["Status"],
        ),
        (
            {"Attempt_Count__c": 12345},
            "NUMBER_OUTSIDE_VALID_RANGE",
            "Attempt Count: value outside of valid range on numeric field: 12345",
            ["Attempt_Count__c"],
        ),
        (
            {"AccountId": "nonsense"},
            "MALFORMED_ID",
            "Account ID: id value of incorrect type: nonsense",
            ["AccountId"],
        ),
        (
            {"AccountId": PORTAL_BOOK},
            "MALFORMED_ID",
            f"Account ID: id value of incorrect type: {PORTAL_BOOK}",
            ["AccountId"],
        ),
        (
            {"AccountId": "001000000000999"},
            "INVALID_CROSS_REFERENCE_KEY",
            "invalid cross reference id",
            [],
        ),
        ({"Id": "801000000000001"}, "INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id", ["Id"]),
    ],
)
def test_refused_content(
    org: OrgClient, changes: dict[str, Any], code: str, message: str, fields: list[str] | None
) -> None:
    status, given, text, listed = refused(org, **changes)
    assert (status, given, listed) == (400, code, fields)
    assert text.startswith(message)
    assert org.rows("SELECT Id FROM Order") == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"EffectiveDate": "22.11.2026"}, "date from VALUE_STRING value 22.11.2026"),
        ({"EffectiveDate": "2026-02-30"}, "date from VALUE_STRING value 2026-02-30"),
        ({"Last_Provisioning_At__c": "now"}, "datetime from VALUE_STRING value now"),
        ({"Attempt_Count__c": "many"}, "double from VALUE_STRING value many"),
        ({"Attempt_Count__c": True}, "double from VALUE_TRUE value True"),
        ({"Portal_Order_Key__c": 5}, "string from VALUE_NUMBER_INT value 5"),
        ({"IsReductionOrder": "perhaps"}, "boolean from VALUE_STRING value perhaps"),
        ({"PoNumber": ["x"]}, "string from START_ARRAY"),
        ({"PoNumber": {"x": 1}}, "string from START_OBJECT"),
    ],
)
def test_refused_types(org: OrgClient, changes: dict[str, Any], said: str) -> None:
    status, code, text, _ = refused(org, **changes)
    assert (status, code) == (400, "JSON_PARSER_ERROR")
    assert f"Cannot deserialize instance of {said}" in text


def test_accepted_spellings(org: OrgClient) -> None:
    record_id = org.order(
        Attempt_Count__c="7",
        Last_Provisioning_At__c="2026-11-22T09:00:00.123+0900",
        Activation_Scheduled_At__c="2026-11-22",
        IsReductionOrder="false",
        PoNumber="",
    )
    order = org.read("Order", record_id)
    assert order["Attempt_Count__c"] == 7.0
    assert order["Last_Provisioning_At__c"] == "2026-11-22T00:00:00.000+0000"
    assert order["Activation_Scheduled_At__c"] == "2026-11-22T00:00:00.000+0000"
    assert (order["IsReductionOrder"], order["PoNumber"]) == (False, None)


def test_checkbox_is_never_null(org: OrgClient) -> None:
    assert refused(org, IsReductionOrder=None)[1] == "INVALID_TYPE_ON_FIELD_IN_RECORD"


def test_duplicate_key_names_the_other_record(org: OrgClient) -> None:
    first = org.order(Portal_Order_Key__c="one")
    status, code, text, fields = refused(org, Portal_Order_Key__c="one")
    assert (status, code, fields) == (400, "DUPLICATE_VALUE", [])
    assert text == (
        "duplicate value found: Portal_Order_Key__c duplicates value on record "
        f"with id: {first[:15]}"
    )
    org.order(Portal_Order_Key__c="ONE")
    duplicate = org.call("PATCH", f"sobjects/Account/{KEN}", {"Customer_Number__c": "c-0001"})
    assert error(duplicate)[:2] == (400, "DUPLICATE_VALUE")


def test_update_changes_only_what_is_given(org: OrgClient) -> None:
    record_id = org.order(PoNumber="1")
    org.advance(60)
    answer = org.call(
        "PATCH", f"sobjects/Order/{record_id}", {"provisioning_status__C": "Provisioned"}
    )
    assert (answer.status_code, answer.text) == (204, "")
    order = org.read("Order", record_id)
    assert (order["PoNumber"], order["Provisioning_Status__c"]) == ("1", "Provisioned")
    assert order["LastModifiedDate"] > order["CreatedDate"]


def test_create_only_fields_cannot_be_updated(org: OrgClient) -> None:
    order_id = org.order()
    item_id = org.item(order_id)
    answer = org.call("PATCH", f"sobjects/OrderItem/{item_id}", {"OrderId": order_id})
    assert error(answer)[:2] == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
    assert answer.json()[0]["fields"] == ["OrderId"]


def test_unknown_and_deleted_records(org: OrgClient) -> None:
    record_id = org.order()
    url = f"sobjects/Order/{record_id}"
    assert org.call("DELETE", url).status_code == 204
    for method, body in (("GET", None), ("PATCH", {}), ("DELETE", None)):
        assert error(org.call(method, url, body))[:2] == (404, "ENTITY_IS_DELETED")
    missing = org.call("GET", "sobjects/Order/801000000000009AAA")
    assert error(missing)[:2] == (404, "NOT_FOUND")
    for path in ("sobjects/Order/evil", f"sobjects/Order/{MEI}", "sobjects/Ordr", "nothing"):
        assert error(org.call("GET", path))[:2] == (404, "NOT_FOUND")
    assert error(org.call("PUT", "sobjects/Order", {}))[:2] == (405, "METHOD_NOT_ALLOWED")
    assert refused(org, OriginalOrderId=record_id)[1] == "ENTITY_IS_DELETED"


def test_upsert_creates_then_updates(org: OrgClient) -> None:
    url = "sobjects/Case/Portal_Case_Key__c/a%2Fb%20%231"
    first = org.call("PATCH", url, {"Subject": "one"})
    assert (first.status_code, first.json()["created"]) == (201, True)
    second = org.call("PATCH", url, {"Subject": "two"})
    assert (second.status_code, second.json()["created"]) == (200, False)
    assert second.json()["id"] == first.json()["id"]
    case = org.call("GET", url).json()
    assert (case["Portal_Case_Key__c"], case["Subject"]) == ("a/b #1", "two")
    old = org.call("PATCH", f"/services/data/v45.0/{url}", {"Subject": "three"})
    assert old.status_code == 204


def test_upsert_refuses_the_key_in_the_body(org: OrgClient) -> None:
    answer = org.call("PATCH", "sobjects/Case/Portal_Case_Key__c/k", {"Portal_Case_Key__c": "k"})
    assert error(answer) == (
        400,
        "INVALID_FIELD",
        "The Portal_Case_Key__c field should not be specified in the sobject data.",
    )


def test_reference_by_external_id(org: OrgClient) -> None:
    fields = order_fields()
    del fields["AccountId"]
    answer = org.call(
        "POST", "sobjects/Order", {**fields, "Account": {"Customer_Number__c": "c-0002"}}
    )
    assert org.read("Order", answer.json()["id"])["AccountId"] == KEN
    unknown = org.call("POST", "sobjects/Order", {**fields, "Account": {"Customer_Number__c": "x"}})
    assert error(unknown)[1] == "INVALID_FIELD"


def test_conditional_requests(org: OrgClient) -> None:
    record_id = org.order()
    url = f"sobjects/Order/{record_id}"
    seen = org.call("GET", url).headers["Last-Modified"]
    unchanged = org.call("GET", url, headers={"If-Modified-Since": seen})
    assert unchanged.status_code == 304
    guard = {"If-Unmodified-Since": seen}
    assert org.call("PATCH", url, {"PoNumber": "1"}, headers=guard).status_code == 204
    org.advance(30)
    assert org.call("PATCH", url, {"PoNumber": "2"}).status_code == 204
    late = org.call("PATCH", url, {"PoNumber": "3"}, headers=guard)
    assert error(late)[:2] == (412, "PRECONDITION_FAILED")
    assert org.read("Order", record_id)["PoNumber"] == "2"


def test_bodies_that_are_no_record(org: OrgClient) -> None:
    assert error(org.call("POST", "sobjects/Order", ["x"]))[:2] == (400, "JSON_PARSER_ERROR")
    assert error(org.call("POST", "sobjects/Order"))[:2] == (400, "JSON_PARSER_ERROR")


def test_person_account_has_a_contact(org: OrgClient) -> None:
    account = org.read("Account", MEI)
    assert (account["Name"], account["IsPersonAccount"]) == ("Mei Sato", True)
    org.call("PATCH", f"sobjects/Account/{MEI}", {"PersonEmail": "new@example.jp"})
    contact = org.read("Contact", account["PersonContactId"])
    assert (contact["Email"], contact["Name"]) == ("new@example.jp", "Mei Sato")
    named = org.call("PATCH", f"sobjects/Account/{MEI}", {"Name": "x"})
    assert error(named)[1] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    wrong = org.call("PATCH", f"sobjects/Account/{MEI}", {"PersonEmail": "no address"})
    assert error(wrong)[1] == "INVALID_EMAIL_ADDRESS"


def test_describe_tells_types_and_keys(org: OrgClient) -> None:
    described = org.call("GET", "sobjects/Order/describe").json()
    fields = {field["name"]: field for field in described["fields"]}
    key = fields["Portal_Order_Key__c"]
    assert (key["type"], key["length"], key["unique"], key["externalId"]) == (
        "string", 64, True, True,
    )  # fmt: skip
    assert [value["value"] for value in fields["Activation_Type__c"]["picklistValues"]] == [
        "Immediate",
        "Scheduled",
    ]
    assert fields["OrderNumber"]["createable"] is False
    statuses = [value["value"] for value in fields["Status"]["picklistValues"]]
    assert statuses == ["Draft", "Pending Review", "Cancelled", "Activated"]
    assert "OrderItems" in {c["relationshipName"] for c in described["childRelationships"]}
    names = {item["name"] for item in org.call("GET", "sobjects").json()["sobjects"]}
    assert {"Account", "Case", "Order", "OrderItem", "PricebookEntry"} <= names
