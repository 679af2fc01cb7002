"""insert, update, upsert, delete and what sObjects hold in memory."""

from __future__ import annotations

from typing import Any

import pytest

from local.emulators.salesforce.apex.errors import NotApex, Unsupported
from tests.emulators.salesforce.apex.running import Apex

INSERTED = "Account a = new Account(Name = 'A'); insert a; "


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"{INSERTED} return a.Id != null;", True),
        (f"{INSERTED} a.Name = 'B'; update a; return [SELECT Name FROM Account].Name;", "B"),
        (f"{INSERTED} delete a; return [SELECT COUNT() FROM Account];", 0),
        (f"{INSERTED} a.Name = 'B'; upsert a; return [SELECT Name FROM Account].Name;", "B"),
        ("upsert new Account(Name = 'A'); return [SELECT COUNT() FROM Account];", 1),
        ((f"{INSERTED} Account r = [SELECT Id, Name, CreatedDate FROM Account]; "
         "r.Phone = '1'; update r; return [SELECT Phone FROM Account].Phone;"), "1"),
        ("Account a = new Account(); a.put('Name', 'x'); return a.get('name');", "x"),
        ("return new Account().Phone;", None),
        ("Order o = new Order(Account = new Account(Name = 'x')); return o.Account.Name;", "x"),
        (("Product2 p = new Product2(Name = 'x', WHMCS_Product_Id__c = 3); insert p; "
         "return [SELECT WHMCS_Product_Id__c FROM Product2].WHMCS_Product_Id__c.intValue();"), 3),
    ],
)  # fmt: skip
def test_records(apex: Apex, body: str, expected: Any) -> None:
    assert apex.run(body) == expected


def test_one_refused_record_undoes_the_statement(apex: Apex) -> None:
    body = (
        "try { insert new List<Account>{new Account(Name = 'A'), new Account()}; } "
        "catch (DmlException e) { return e.getMessage() + e.getNumDml() + e.getDmlIndex(0) "
        "+ e.getDmlMessage(0) + e.getDmlFieldNames(0); } return '';"
    )
    said = "Required fields are missing: [Name]"
    assert apex.run(body) == (
        "Insert failed. First exception on row 1; first error: REQUIRED_FIELD_MISSING, "
        f"{said}: [Name]11{said}(Name)"
    )
    assert apex.run("return [SELECT COUNT() FROM Account];") == 0


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("update new Account(Name = 'x'); return 1;", "Id not specified in an update call"),
        (f"{INSERTED} a.Website = null; delete a; delete a; return 1;", "ENTITY_IS_DELETED"),
        ("insert new Order(Status = 'Draft'); return 1;", "REQUIRED_FIELD_MISSING"),
        ("Account a; insert a; return 1;", "System.NullPointerException"),
        (f"{INSERTED} insert a; return 1;", "cannot specify Id in an insert call"),
        ("new Account().put('Nope__c', 1); return 1;", "System.SObjectException: Invalid field"),
    ],
)
def test_refusals(apex: Apex, body: str, said: str) -> None:
    assert said in apex.thrown(body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return new Account(Nope__c = 1);", "no such column 'Nope__c' on entity 'Account'"),
        ("return new Account().Nope__c;", "no such column 'Nope__c'"),
        ("return new Account(Name = 1);", "illegal assignment from Integer to String"),
        ("return new Order(OrderNumber = '1');", "field is not writeable: Order.OrderNumber"),
        ("return new Account(CreatedDate = Datetime.now());", "field is not writeable"),
        ("insert 'x'; return 1;", "DML needs sObjects"),
    ],
)
def test_what_the_compiler_refuses(apex: Apex, body: str, said: str) -> None:
    with pytest.raises(NotApex) as error:
        apex.run(body)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("insert as user new Account(Name = 'x'); return 1;", "insert as user"),
        (f"{INSERTED} upsert a Customer_Number__c; return 1;", "upsert by an external id"),
        ("return new Product2().IsActive;", "checkbox Product2.IsActive that was never set"),
        ("return new Order(Account = new Account()).Account.Owner.Name;", "empty relationship"),
        (
            "insert new Order(Account = new Account(Name = 'x')); return 1;",
            "with its parent account",
        ),
        ("return new Account() == new Account();", "comparison of two Account by content"),
        ("Database.insert(new Account(Name = 'x')); return 1;", "Database.insert()"),
        ("return new Account().clone();", "Account.clone()"),
    ],
)
def test_what_is_not_modelled(apex: Apex, body: str, said: str) -> None:
    with pytest.raises(Unsupported) as error:
        apex.run(body)
    assert said in str(error.value)
