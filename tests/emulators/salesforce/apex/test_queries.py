"""SOQL in Apex: binds, rows as sObjects, user mode."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.emulators.salesforce.apex.access import Access
from local.emulators.salesforce.apex.binding import bind
from local.emulators.salesforce.apex.errors import LimitExceeded, NotApex, Unsupported
from local.emulators.salesforce.apex.metadata import ObjectPermission, PermissionSet
from local.emulators.salesforce.soql.syntax import Comparison, Value
from tests.emulators.salesforce.apex.running import Apex

ROWS = (
    "insert new List<Account>{new Account(Name = 'A', Customer_Number__c = '1'), "
    "new Account(Name = 'B', Customer_Number__c = '2'), new Account(Name = 'C')};"
)
NUMBERS = "List<String> n = new List<String>();"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return [SELECT COUNT() FROM Account];", 3),
        ("Account a = [SELECT Id, Name FROM Account WHERE Name = 'B']; return a.Name;", "B"),
        ("String n = 'b'; return [SELECT Name FROM Account WHERE Name = :n].Name;", "B"),
        ("String n = null; return [SELECT Name FROM Account WHERE Customer_Number__c = :n].Name;",
         "C"),
        ("return [SELECT Name FROM Account ORDER BY Name DESC LIMIT 1][0].Name;", "C"),
        ("Integer n = 2; return [SELECT Id FROM Account LIMIT :n].size();", 2),
        ((f"{NUMBERS} n.add('1'); n.add('2'); "
         "return [SELECT Id FROM Account WHERE Customer_Number__c IN :n].size();"), 2),
        (f"{NUMBERS} return [SELECT Id FROM Account WHERE Customer_Number__c IN :n].size();", 0),
        (f"{NUMBERS} return [SELECT Id FROM Account WHERE Customer_Number__c NOT IN :n].size();",
         3),
        (("Set<Id> i = new Map<Id, Account>([SELECT Id FROM Account]).keySet(); "
         "return [SELECT COUNT() FROM Account WHERE Id IN :i AND Name != 'A'];"), 2),
        (("Date d = Date.newInstance(2000, 1, 1); Datetime t = Datetime.now().addDays(-1); "
         "return [SELECT COUNT() FROM Account WHERE CreatedDate > :t];"), 3),
        (("for (Account a : [SELECT Id FROM Account WHERE Name = 'A']) { return a.Id != null; } "
         "return false;"), True),
    ],
)  # fmt: skip
def test_rows(apex: Apex, body: str, expected: Any) -> None:
    assert apex.run(ROWS + body) == expected


def test_parents_and_children(apex: Apex) -> None:
    body = (
        "Account a = new Account(Name = 'A'); insert a; "
        "insert new Contact(LastName = 'Sato', AccountId = a.Id); "
        "insert new Contact(LastName = 'Ito'); "
        "Account read = [SELECT Name, (SELECT LastName FROM Contacts) FROM Account]; "
        "List<Contact> all = [SELECT LastName, Account.Name FROM Contact ORDER BY LastName]; "
        "return read.Contacts[0].LastName + all[1].Account.Name + (all[0].Account == null);"
    )
    assert apex.run(body) == "SatoAtrue"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Account a = [SELECT Id FROM Account]; return 1;", "List has more than 1 row"),
        ("Account a = [SELECT Id FROM Account WHERE Name = 'x']; return 1;", "List has no rows"),
        ("return [SELECT Id FROM Account LIMIT 1].Name;", "without querying the requested field"),
    ],
)
def test_exceptions(apex: Apex, body: str, said: str) -> None:
    assert said in apex.thrown(ROWS + body)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT Nope__c FROM Account", "No such column 'Nope__c'"),
        ("SELECT Id FROM Nope__c", "sObject type 'Nope__c' is not supported"),
        ("SELECT Id FROM Account WHERE Name = 1", "must be of type string"),
        (
            "SELECT Id FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'",
            "syntax error",
        ),
    ],
)
def test_queries_that_do_not_compile(apex: Apex, query: str, said: str) -> None:
    with pytest.raises(NotApex) as error:
        apex.run(f"return [{query}];")
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return [SELECT COUNT(Id) n FROM Account];", "aggregates other than COUNT()"),
        ("return [SELECT Id FROM Account WITH SECURITY_ENFORCED];", "WITH SECURITY_ENFORCED"),
        ("List<Id> i; return [SELECT Id FROM Account WHERE Id IN :i];", "IN with a null"),
        ("Account a = new Account(); return [SELECT Id FROM Account WHERE Name = :a];",
         "Account in a query"),
        ("return Database.query('SELECT Id FROM Account');", "Database.query()"),
    ],
)  # fmt: skip
def test_what_is_not_modelled(apex: Apex, body: str, said: str) -> None:
    with pytest.raises(Unsupported) as error:
        apex.run(body)
    assert said in str(error.value)


def test_numbers_from_a_query_are_no_text(apex: Apex) -> None:
    body = (
        "insert new Product2(Name = 'x', WHMCS_Product_Id__c = 11); "
        "Product2 p = [SELECT WHMCS_Product_Id__c FROM Product2 LIMIT 1]; "
    )
    assert apex.run(f"{body} return p.WHMCS_Product_Id__c.intValue() + 1;") == 12
    assert apex.run(f"{body} return p.WHMCS_Product_Id__c == 11;") is True
    with pytest.raises(Unsupported, match="Decimal as text"):
        apex.run(f"{body} return '' + p.WHMCS_Product_Id__c;")


def test_user_mode_sees_what_the_user_sees() -> None:
    read = ObjectPermission(read=True, create=False, edit=False, delete=False)
    granted = PermissionSet(
        name="Some",
        objects={"account": read},
        readable=frozenset({"account.customer_number__c"}),
        editable=frozenset(),
        classes=frozenset(),
        principals=frozenset(),
    )
    apex = Apex(Access([granted]))
    apex.run(f"{ROWS} return 1;")
    seen = "return [SELECT Name, Customer_Number__c FROM Account WITH USER_MODE].size();"
    assert apex.run(seen) == 3
    hidden = "return [SELECT Phone FROM Account WITH USER_MODE].size();"
    assert "System.QueryException: No such column 'Phone'" in apex.thrown(hidden)
    filtered = "return [SELECT Id FROM Account WHERE Phone = 'x' WITH USER_MODE].size();"
    assert "No such column 'Phone'" in apex.thrown(filtered)
    other = "return [SELECT Id FROM Contact WITH USER_MODE].size();"
    assert "sObject type 'Contact' is not supported" in apex.thrown(other)
    assert apex.run(hidden.replace("USER_MODE", "SYSTEM_MODE")) == 3


def test_a_hundred_queries_and_no_more(apex: Apex) -> None:
    loop = (
        "for (Integer i = 0; i < {}; i++) {{ Integer n = [SELECT COUNT() FROM Order]; }} return 1;"
    )
    assert apex.run(loop.format(100)) == 1
    with pytest.raises(LimitExceeded, match="Too many SOQL queries: 101"):
        apex.run(loop.format(101))


@given(value=st.text(max_size=40))
@settings(deadline=None)
def test_no_text_changes_the_query(value: str) -> None:
    query, _ = bind(("SELECT Id FROM Account WHERE Name = ", ""), [value], [False])
    assert isinstance(query.where, Comparison)
    assert isinstance(query.where.right, Value)
    assert query.where.right.kind == "string"
    assert query.limit is None
