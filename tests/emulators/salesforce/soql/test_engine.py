"""SOQL: what queries find, and how wrong ones are refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulators.salesforce.org_client import (
    FIBRE,
    KEN,
    OrgClient,
    error,
)

CODES = "SELECT ProductCode FROM Product2"


@pytest.mark.parametrize(
    ("where", "codes"),
    [
        ("Portal_Category__c = 'internet'", {"FIB-1G"}),
        ("Portal_Category__c != 'Internet'", {"ESIM-EU", "VPN-0"}),
        ("Portal_Valid_From__c != 2020-01-01", {"ESIM-EU", "VPN-0"}),
        ("Portal_Valid_From__c = null", {"ESIM-EU", "VPN-0"}),
        ("Portal_Valid_From__c != null", {"FIB-1G"}),
        ("Portal_Valid_From__c <= TODAY", {"FIB-1G"}),
        ("NOT Portal_Valid_From__c <= TODAY", set()),
        ("(NOT Name LIKE 'fibre%') AND IsActive = true", {"ESIM-EU"}),
        ("Name LIKE '%es_m'", {"ESIM-EU"}),
        (r"Portal_Tags__c LIKE '50\\%\\_off%'".replace(r"\\", "\\"), {"FIB-1G"}),
        (r"Portal_Tags__c LIKE '%O\'neill'", {"FIB-1G"}),
        ("ProductCode IN ('fib-1g', 'vpn-0')", {"FIB-1G", "VPN-0"}),
        ("Portal_Sort_Order__c NOT IN (1)", {"FIB-1G", "VPN-0"}),
        ("Portal_Sort_Order__c > 1", {"FIB-1G"}),
        ("Portal_Sort_Order__c >= 1 AND Portal_Sort_Order__c < 2.0", {"ESIM-EU"}),
        (f"Id = '{FIBRE[:15]}'", {"FIB-1G"}),
        (f"Id IN ('{FIBRE}')", {"FIB-1G"}),
        (f"Id = '{FIBRE}' OR ProductCode = 'ESIM-EU'", {"FIB-1G", "ESIM-EU"}),
        (f"Id = '{FIBRE}' AND ProductCode = 'ESIM-EU'", set()),
        ("Portal_Visible__c = false", {"VPN-0"}),
        ("IsActive = true AND (Name = 'x' OR ProductCode = 'ESIM-EU')", {"ESIM-EU"}),
        ("Id IN (SELECT Product2Id FROM PricebookEntry WHERE IsActive = false)", {"VPN-0"}),
        (
            "Id NOT IN (SELECT Product2Id FROM PricebookEntry WHERE IsActive = false)",
            {"FIB-1G", "ESIM-EU"},
        ),
        ("CreatedDate = TODAY AND CreatedDate > YESTERDAY", {"FIB-1G", "ESIM-EU", "VPN-0"}),
        ("CreatedDate = LAST_N_DAYS:3 AND CreatedDate < TOMORROW", {"FIB-1G", "ESIM-EU", "VPN-0"}),
        ("CreatedDate = NEXT_N_DAYS:3", set()),
        ("Portal_Valid_From__c < THIS_YEAR", {"FIB-1G"}),
        ("CALENDAR_YEAR(Portal_Valid_From__c) = 2020", {"FIB-1G"}),
        ("CreatedDate > 2020-01-01T00:00:00+09:00", {"FIB-1G", "ESIM-EU", "VPN-0"}),
        ("Name = ''", set()),
    ],
)
def test_where(org: OrgClient, where: str, codes: set[str]) -> None:
    assert {row["ProductCode"] for row in org.rows(f"{CODES} WHERE {where}")} == codes


@pytest.mark.parametrize(
    ("tail", "codes"),
    [
        ("ORDER BY Name", ["FIB-1G", "VPN-0", "ESIM-EU"]),
        ("ORDER BY Portal_Sort_Order__c", ["VPN-0", "ESIM-EU", "FIB-1G"]),
        ("ORDER BY Portal_Sort_Order__c DESC", ["VPN-0", "FIB-1G", "ESIM-EU"]),
        ("ORDER BY Portal_Sort_Order__c DESC NULLS LAST", ["FIB-1G", "ESIM-EU", "VPN-0"]),
        ("ORDER BY Portal_Category__c", ["FIB-1G", "ESIM-EU", "VPN-0"]),
        ("ORDER BY IsActive, ProductCode DESC", ["VPN-0", "FIB-1G", "ESIM-EU"]),
        ("ORDER BY ProductCode LIMIT 1 OFFSET 1", ["FIB-1G"]),
    ],
)
def test_order_and_window(org: OrgClient, tail: str, codes: list[str]) -> None:
    assert [row["ProductCode"] for row in org.rows(f"{CODES} {tail}")] == codes


def test_parents_nest_and_missing_ones_are_null(org: OrgClient) -> None:
    order_id = org.order()
    org.item(order_id)
    (line,) = org.rows(
        "SELECT i.Order.Account.Customer_Number__c, PricebookEntry.Product2.Name, "
        "Order.BillToContact.Email FROM OrderItem i WHERE Order.Account.Name = 'mei sato'"
    )
    assert line["Order"]["Account"]["Customer_Number__c"] == "C-0001"
    assert line["PricebookEntry"]["Product2"]["Name"] == "Fibre 1G"
    assert line["Order"]["BillToContact"] is None
    assert line["Order"]["attributes"] == {
        "type": "Order",
        "url": f"/services/data/v63.0/sobjects/Order/{order_id}",
    }


def test_child_rows_come_with_their_parent_or_null(org: OrgClient) -> None:
    order_id = org.order()
    org.item(order_id, Portal_Line_Key__c="k-02")
    org.item(order_id, Portal_Line_Key__c="k-01")
    mei, ken = org.rows(
        "SELECT Name, (SELECT Id FROM Orders), (SELECT Email FROM Contacts) FROM Account "
        "ORDER BY Customer_Number__c"
    )
    assert [row["Id"] for row in mei["Orders"]["records"]] == [order_id]
    assert mei["Contacts"]["records"][0]["Email"] == "mei@example.jp"
    assert ken["Orders"] is None
    (order,) = org.rows(
        "SELECT (SELECT Portal_Line_Key__c, Order.Status FROM OrderItems "
        "WHERE Portal_Line_Key__c LIKE 'k%' ORDER BY Portal_Line_Key__c LIMIT 1) FROM Order"
    )
    assert order["OrderItems"]["totalSize"] == 1
    assert order["OrderItems"]["records"][0]["Portal_Line_Key__c"] == "k-01"
    assert order["OrderItems"]["records"][0]["Order"]["Status"] == "Pending Review"


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT COUNT(Portal_Sort_Order__c) FROM Product2", [{"expr0": 2}]),
        (
            (
                "SELECT IsActive, COUNT(Id) n, MAX(Portal_Sort_Order__c) FROM Product2 "
                "GROUP BY IsActive ORDER BY COUNT(Id) DESC"
            ),
            [
                {"IsActive": True, "n": 2, "expr0": 2.0},
                {"IsActive": False, "n": 1, "expr0": None},
            ],
        ),
        (
            (
                "SELECT Pricebook2.Name book, SUM(UnitPrice) total, AVG(UnitPrice), MIN(UnitPrice) "
                "FROM PricebookEntry WHERE IsActive = true GROUP BY Pricebook2.Name "
                "HAVING COUNT(Id) > 1"
            ),
            [{"book": "Portal", "total": 6480.5, "expr0": 3240.25, "expr1": 1500.5}],
        ),
        (
            (
                "SELECT CALENDAR_YEAR(Portal_Valid_From__c) y, COUNT_DISTINCT(Name) FROM Product2 "
                "GROUP BY CALENDAR_YEAR(Portal_Valid_From__c) "
                "ORDER BY CALENDAR_YEAR(Portal_Valid_From__c) NULLS LAST"
            ),
            [{"y": 2020, "expr0": 1}, {"y": None, "expr0": 2}],
        ),
    ],
)
def test_aggregates(org: OrgClient, query: str, rows: list[dict[str, Any]]) -> None:
    attributes = {"attributes": {"type": "AggregateResult"}}
    assert org.rows(query) == [{**attributes, **row} for row in rows]


def test_count_has_a_size_but_no_records(org: OrgClient) -> None:
    answer = org.query("SELECT COUNT() FROM Product2 WHERE IsActive = true").json()
    assert answer == {"totalSize": 2, "done": True, "records": []}


def test_fields_function_needs_a_limit(org: OrgClient) -> None:
    (row,) = org.rows("SELECT FIELDS(CUSTOM) FROM Account WHERE Name = 'Mei Sato' LIMIT 200")
    assert row["Customer_Number__c"] == "C-0001"
    assert "Name" not in row
    assert "Name" in org.rows("SELECT FIELDS(STANDARD) FROM Account")[0]
    every = "SELECT FIELDS(ALL) FROM Account"
    for query in (every, f"{every} LIMIT 201"):
        status, code, message = error(org.query(query))
        assert (status, code) == (400, "MALFORMED_QUERY")
        assert "must have a LIMIT of at most 200" in message


@pytest.mark.parametrize(
    ("query", "code", "column", "message"),
    [
        ("SELECT Foo FROM Order", "INVALID_FIELD", 8, "No such column 'Foo' on entity 'Order'."),
        (
            "SELECT Account.Foo__c FROM Order",
            "INVALID_FIELD",
            8,
            "No such column 'Foo__c' on entity 'Account'.",
        ),
        (
            "SELECT Acount.Name FROM Order",
            "INVALID_FIELD",
            8,
            "Didn't understand relationship 'Acount' in field path.",
        ),
        ("SELECT Id FROM Ordr", "INVALID_TYPE", 16, "sObject type 'Ordr' is not supported."),
        (
            "SELECT (SELECT Id FROM Lines) FROM Order",
            "INVALID_TYPE",
            24,
            "Didn't understand relationship 'Lines' in FROM part of query call.",
        ),
        ("SELECT Id, FROM Order", "MALFORMED_QUERY", 12, "unexpected token: 'FROM'"),
        ("SELECT Id FROM Order WHERE", "MALFORMED_QUERY", 27, "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Order WHERE Id IN ()", "MALFORMED_QUERY", 35, "unexpected token: ')'"),
        ("SELECT Id FROM Order LIMIT 'x'", "MALFORMED_QUERY", 28, "unexpected token: ''x''"),
        ("SELECT Id FROM Order WHERE Id = :x", "MALFORMED_QUERY", 33, "Bind variables only"),
        ("SELECT Id, Id FROM Order", "INVALID_FIELD", 12, "duplicate field selected: Id"),
        (
            "SELECT Name, COUNT(Id) FROM Account",
            "MALFORMED_QUERY",
            8,
            "Field must be grouped or aggregated: Name",
        ),
        (
            "SELECT Id FROM Product2 WHERE Portal_Description__c = 'x'",
            "INVALID_FIELD",
            31,
            "field 'Portal_Description__c' can not be filtered in a query call",
        ),
        (
            "SELECT Id FROM Product2 ORDER BY Portal_Description__c",
            "INVALID_FIELD",
            34,
            "field 'Portal_Description__c' can not be sorted in a query call",
        ),
    ],
)
def test_refused(org: OrgClient, query: str, code: str, column: int, message: str) -> None:
    status, given, text = error(org.query(query))
    assert (status, given) == (400, code)
    blank, excerpt, pointer, where, said = text.split("\n", maxsplit=4)
    assert blank == ""
    assert where == f"ERROR at Row:1:Column:{column}"
    assert said.startswith(message)
    at = pointer.index("^")
    assert excerpt[at : at + 5] == query[column - 1 : column + 4]


@pytest.mark.parametrize(
    ("where", "code", "message"),
    [
        (
            "Status = 'a' AND Status = 'b' OR Status = 'c'",
            "MALFORMED_QUERY",
            "unexpected token: 'OR'",
        ),
        ("Status = 'a' AND NOT (Id = null)", "MALFORMED_QUERY", "unexpected token: 'NOT'"),
        ("Status = Draft", "MALFORMED_QUERY", "unexpected token: 'Draft'"),
        (
            "EffectiveDate = '2026-11-22'",
            "INVALID_FIELD",
            (
                "value of filter criterion for field 'EffectiveDate' must be of type date "
                "and should not be enclosed in quotes"
            ),
        ),
        (
            "EffectiveDate = 2026-11-22T00:00:00Z",
            "INVALID_FIELD",
            (
                "value of filter criterion for field 'EffectiveDate' must be of type date "
                "and should not be enclosed in quotes"
            ),
        ),
        (
            "CreatedDate > 2026-11-22",
            "INVALID_FIELD",
            (
                "value of filter criterion for field 'CreatedDate' must be of type dateTime "
                "and should not be enclosed in quotes"
            ),
        ),
        (
            "Status = 5",
            "INVALID_FIELD",
            (
                "value of filter criterion for field 'Status' must be of type string "
                "and should be enclosed in quotes"
            ),
        ),
        (
            "Attempt_Count__c = '5'",
            "INVALID_FIELD",
            (
                "value of filter criterion for field 'Attempt_Count__c' must be of type double "
                "and should not be enclosed in quotes"
            ),
        ),
        ("Id = 'nonsense'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: nonsense"),
        (
            "Id INCLUDES ('x')",
            "INVALID_QUERY_FILTER_OPERATOR",
            "includes/excludes operator is not valid on field Id",
        ),
        ("CreatedDate = LAST_N_PARSECS:3", "MALFORMED_QUERY", "unexpected token: 'LAST_N_PARSECS"),
        ("Name = 'a\\z'", "MALFORMED_QUERY", "Illegal escape sequence"),
    ],
)
def test_refused_condition(org: OrgClient, where: str, code: str, message: str) -> None:
    query = "SELECT Id FROM Order WHERE"
    status, given, text = error(org.query(f"{query} {where}"))
    assert (status, given) == (400, code)
    assert text.split("\n")[-1].startswith(message)


def test_case_sensitive_keys_are_compared_with_case(org: OrgClient) -> None:
    order_id = org.order(Portal_Order_Key__c="Key-a")
    found = "SELECT Id FROM Order WHERE Portal_Order_Key__c = '{}'"
    assert [row["Id"] for row in org.rows(found.format("Key-a"))] == [order_id]
    assert org.rows(found.format("key-a")) == []
    (row,) = org.rows("SELECT Id FROM Account WHERE Customer_Number__c = 'c-0002'")
    assert row["Id"] == KEN


def test_pages_follow_one_another(org: OrgClient) -> None:
    org.switch(batch_size=2)
    first = org.query(f"{CODES} ORDER BY ProductCode").json()
    assert (first["totalSize"], first["done"], len(first["records"])) == (3, False, 2)
    second = org.call("GET", first["nextRecordsUrl"]).json()
    assert second["done"] is True
    assert "nextRecordsUrl" not in second
    codes = [row["ProductCode"] for row in first["records"] + second["records"]]
    assert codes == ["ESIM-EU", "FIB-1G", "VPN-0"]
    unknown = org.call("GET", "query/01g000000000000099-2")
    assert error(unknown)[:2] == (400, "INVALID_QUERY_LOCATOR")


def test_batch_size_header_is_at_least_200(org: OrgClient) -> None:
    answer = org.query(CODES, Sforce_Query_Options="batchSize=1").json()
    assert answer["done"] is True


def test_deleted_records_are_only_in_query_all(org: OrgClient) -> None:
    order_id = org.order()
    assert org.call("DELETE", f"sobjects/Order/{order_id}").status_code == 204
    query = "SELECT Id, IsDeleted FROM Order"
    assert org.rows(query) == []
    (row,) = org.call("GET", "queryAll", params={"q": query}).json()["records"]
    assert (row["Id"], row["IsDeleted"]) == (order_id, True)


def test_price_book_of_the_catalogue_in_one_query(org: OrgClient) -> None:
    rows = org.rows(
        "SELECT Id, UnitPrice, Product2.ProductCode FROM PricebookEntry "
        "WHERE Pricebook2.Name = 'Portal' AND Pricebook2.IsActive = TRUE AND IsActive = TRUE "
        "AND Product2.Portal_Visible__c = TRUE "
        "AND (Product2.Portal_Valid_Until__c = null OR Product2.Portal_Valid_Until__c >= TODAY) "
        "ORDER BY Product2.Portal_Sort_Order__c ASC NULLS LAST"
    )
    assert [(row["Product2"]["ProductCode"], row["UnitPrice"]) for row in rows] == [
        ("ESIM-EU", 1500.5),
        ("FIB-1G", 4980.0),
    ]
