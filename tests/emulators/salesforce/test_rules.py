"""What Salesforce insists on in the life of an order, a price and a case."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulators.salesforce.org_client import (
    FIBRE,
    OLD_PRICE,
    OTHER_BOOK,
    OTHER_PRICE,
    PORTAL_BOOK,
    OrgClient,
    error,
    item_fields,
    order_fields,
)

STANDARD = "SELECT Id FROM Pricebook2 WHERE IsStandard = true"
LOCKED = (
    400,
    "ENTITY_IS_LOCKED",
    (
        "Unable to modify activated or superseded Order: "
        "cannot delete Order, or add or remove Order Products"
    ),
)


def patch(org: OrgClient, record_id: str, **fields: Any) -> tuple[int, str]:
    answer = org.call("PATCH", f"sobjects/Order/{record_id}", fields)
    return (204, "") if answer.status_code == 204 else error(answer)[:2]


def activated(org: OrgClient) -> tuple[str, str]:
    """An activated order and its line."""
    order_id = org.order()
    item_id = org.item(order_id)
    assert patch(org, order_id, Status="Activated") == (204, "")
    return order_id, item_id


def test_statuses_and_their_categories_are_records(org: OrgClient) -> None:
    rows = org.rows("SELECT ApiName, StatusCode FROM OrderStatus ORDER BY SortOrder")
    assert [(row["ApiName"], row["StatusCode"]) for row in rows] == [
        ("Draft", "Draft"),
        ("Pending Review", "Draft"),
        ("Cancelled", "Draft"),
        ("Activated", "Activated"),
    ]


def test_orders_begin_in_the_draft_category(org: OrgClient) -> None:
    answer = org.call("POST", "sobjects/Order", {**order_fields(), "Status": "Activated"})
    assert error(answer)[:2] == (400, "FAILED_ACTIVATION")
    assert org.read("Order", org.order(Status="Draft"))["StatusCode"] == "Draft"


def test_activation_needs_a_line_and_nothing_else_in_the_call(org: OrgClient) -> None:
    order_id = org.order()
    assert patch(org, order_id, Status="Activated") == (400, "FAILED_ACTIVATION")
    org.item(order_id)
    together = patch(org, order_id, Status="Activated", Provisioning_Status__c="Queued")
    assert together == (400, "FAILED_ACTIVATION")
    assert patch(org, order_id, Status="Activated") == (204, "")
    order = org.read("Order", order_id)
    assert order["StatusCode"] == "Activated"
    assert order["ActivatedDate"] is not None


def test_activation_needs_the_permission(org: OrgClient) -> None:
    order_id = org.order()
    org.item(order_id)
    org.switch(activate_orders=False)
    refused = patch(org, order_id, Status="Activated")
    assert refused == (400, "INSUFFICIENT_ACCESS_OR_READONLY")


def test_lines_of_an_activated_order_stay(org: OrgClient) -> None:
    order_id, item_id = activated(org)
    added = org.call("POST", "sobjects/OrderItem", item_fields(order_id))
    assert error(added) == LOCKED
    assert error(org.call("DELETE", f"sobjects/OrderItem/{item_id}")) == LOCKED
    assert error(org.call("DELETE", f"sobjects/Order/{order_id}")) == LOCKED


def test_fields_of_an_activated_order_need_the_permission(org: OrgClient) -> None:
    order_id, item_id = activated(org)
    assert patch(org, order_id, Provisioning_Status__c="Queued") == (204, "")
    line = f"sobjects/OrderItem/{item_id}"
    assert org.call("PATCH", line, {"WHMCS_Service_ID__c": "7"}).status_code == 204
    org.switch(edit_activated_orders=False)
    assert patch(org, order_id, Provisioning_Status__c="Failed") == (400, "ENTITY_IS_LOCKED")
    refused = org.call("PATCH", line, {"WHMCS_Service_ID__c": "8"})
    assert error(refused)[:2] == (400, "ENTITY_IS_LOCKED")


def test_price_book_is_set_once(org: OrgClient) -> None:
    order_id = org.order(Pricebook2Id=None)
    early = org.call("POST", "sobjects/OrderItem", item_fields(order_id))
    assert error(early)[:2] == (400, "FIELD_INTEGRITY_EXCEPTION")
    assert patch(org, order_id, Pricebook2Id=PORTAL_BOOK) == (204, "")
    for other in (OTHER_BOOK, None):
        assert patch(org, order_id, Pricebook2Id=other) == (400, "FIELD_INTEGRITY_EXCEPTION")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"PricebookEntryId": OTHER_PRICE}, "FIELD_INTEGRITY_EXCEPTION"),
        ({"PricebookEntryId": OLD_PRICE}, "FIELD_INTEGRITY_EXCEPTION"),
        ({"Quantity": 0}, "FIELD_INTEGRITY_EXCEPTION"),
        ({"Quantity": -1}, "FIELD_INTEGRITY_EXCEPTION"),
        ({"UnitPrice": None}, "REQUIRED_FIELD_MISSING"),
        ({"OrderId": None}, "REQUIRED_FIELD_MISSING"),
    ],
)
def test_line_is_refused(org: OrgClient, changes: dict[str, Any], code: str) -> None:
    fields = {**item_fields(org.order()), **changes}
    assert error(org.call("POST", "sobjects/OrderItem", fields))[:2] == (400, code)
    assert org.rows("SELECT Id FROM OrderItem") == []


def test_line_may_be_free(org: OrgClient) -> None:
    item_id = org.item(org.order(), UnitPrice=0)
    assert org.read("OrderItem", item_id)["TotalPrice"] == 0.0


def test_deleting_a_draft_order_takes_its_lines(org: OrgClient) -> None:
    order_id = org.order()
    org.item(order_id)
    assert org.call("DELETE", f"sobjects/Order/{order_id}").status_code == 204
    assert org.rows("SELECT Id FROM OrderItem") == []


def test_custom_price_needs_a_standard_price(org: OrgClient) -> None:
    product = org.create("Product2", Name="New", ProductCode="NEW-1", IsActive=True)
    (standard,) = org.rows(STANDARD)
    price = {"Product2Id": product, "UnitPrice": 5, "IsActive": True}
    custom = org.call("POST", "sobjects/PricebookEntry", {**price, "Pricebook2Id": PORTAL_BOOK})
    assert error(custom)[:2] == (400, "STANDARD_PRICE_NOT_DEFINED")
    org.create("PricebookEntry", **price, Pricebook2Id=standard["Id"])
    entry = org.create("PricebookEntry", **price, Pricebook2Id=PORTAL_BOOK)
    assert org.read("PricebookEntry", entry)["ProductCode"] == "NEW-1"
    again = org.call("POST", "sobjects/PricebookEntry", {**price, "Pricebook2Id": PORTAL_BOOK})
    assert error(again)[:2] == (400, "DUPLICATE_VALUE")


def test_renamed_product_renames_its_prices(org: OrgClient) -> None:
    org.call("PATCH", f"sobjects/Product2/{FIBRE}", {"Name": "Fibre 2G"})
    rows = org.rows("SELECT Name FROM PricebookEntry WHERE Product2.ProductCode = 'FIB-1G'")
    assert {row["Name"] for row in rows} == {"Fibre 2G"}


def test_closed_case_knows_when(org: OrgClient) -> None:
    case_id = org.create("Case", Subject="e-mail differs", Portal_Case_Key__c="k")
    case = org.read("Case", case_id)
    assert (case["Status"], case["CaseNumber"], case["IsClosed"]) == ("New", "00001000", False)
    org.call("PATCH", f"sobjects/Case/{case_id}", {"Status": "Closed"})
    closed = org.read("Case", case_id)
    assert closed["IsClosed"] is True
    assert closed["ClosedDate"] is not None


def test_currencies_must_agree(org: OrgClient) -> None:
    unknown = org.call("POST", "sobjects/Order", {**order_fields(), "CurrencyIsoCode": "JPY"})
    assert error(unknown)[:2] == (400, "INVALID_FIELD")
    org.switch(multi_currency=True)
    (entry,) = org.rows("SELECT Id FROM PricebookEntry WHERE UnitPrice = 4980")
    org.call("PATCH", f"sobjects/PricebookEntry/{entry['Id']}", {"CurrencyIsoCode": "JPY"})
    dollars = item_fields(org.order(CurrencyIsoCode="USD"))
    refused = org.call("POST", "sobjects/OrderItem", dollars)
    assert error(refused)[:2] == (400, "FIELD_INTEGRITY_EXCEPTION")
    org.item(org.order(CurrencyIsoCode="JPY"))
