"""System, Assert, Test, UserInfo, Limits."""

from __future__ import annotations

from typing import Any

import pytest

from local.emulators.salesforce.apex.errors import NotApex, Unsupported
from local.emulators.salesforce.apex.machine import AssertionFailed
from local.emulators.salesforce.org import ADMIN_ID, STANDARD_PRICEBOOK_ID
from tests.emulators.salesforce.apex.running import Apex


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("UserInfo.getUserId()", ADMIN_ID),
        ("UserInfo.getUserName()", "admin@portal.example"),
        ("Test.isRunningTest()", False),
        ("Limits.getLimitCallouts()", 100),
        ("Limits.getQueries()", 0),
        ("Integer.class.getName()", "Integer"),
    ],
)
def test_values(apex: Apex, expression: str, expected: Any) -> None:
    assert apex.value(expression) == expected


def test_debug_is_kept(apex: Apex) -> None:
    apex.run("System.debug('a'); System.debug(LoggingLevel.WARN, 1); return 1;")
    assert apex.session.log == ["a", "1"]


@pytest.mark.parametrize(
    "assertion",
    [
        "Assert.areEqual(1, 1)",
        "Assert.areEqual('a', 'a')",
        "Assert.areEqual(null, null)",
        "Assert.areNotEqual('a', 'A')",
        "Assert.isTrue(true)",
        "Assert.isFalse(false)",
        "Assert.isNull(null)",
        "Assert.isNotNull(0)",
        "Assert.isInstanceOfType(new DmlException(), DmlException.class)",
        "System.assertEquals(1, 1)",
        "System.assert(true, 'said')",
    ],
)
def test_assertions_that_hold(apex: Apex, assertion: str) -> None:
    assert apex.run(f"{assertion}; return 1;", test=True) == 1


@pytest.mark.parametrize(
    ("assertion", "said"),
    [
        ("Assert.areEqual('a', 'A')", "Expected: a, Actual: A"),
        ("Assert.areEqual(1, 2, 'why')", "Assertion Failed: why: Expected: 1, Actual: 2"),
        ("Assert.areNotEqual(1, 1)", "Same value: 1"),
        ("Assert.isTrue(null)", "Expected: true, Actual: null"),
        ("Assert.isFalse(true)", "Expected: false, Actual: true"),
        ("Assert.isNull(1.5)", "Expected: null, Actual: 1.5"),
        ("Assert.isNotNull(null)", "Expected anything but null"),
        ("Assert.fail()", "Assertion Failed"),
        ("Assert.fail('why')", "why"),
        ("Assert.isInstanceOfType(1, String.class)", "Actual: Integer"),
        ("System.assertEquals(1, 2)", "Expected: 1, Actual: 2"),
    ],
)
def test_assertions_that_fail_cannot_be_caught(apex: Apex, assertion: str, said: str) -> None:
    with pytest.raises(AssertionFailed) as error:
        apex.run(f"try {{ {assertion}; }} catch (Exception e) {{ }} return 1;", test=True)
    assert said in str(error.value)


def test_start_test_counts_anew(apex: Apex) -> None:
    query = "Integer n = [SELECT COUNT() FROM Account];"
    body = f"{query} Test.startTest(); Test.stopTest(); return Limits.getQueries();"
    assert apex.run(body, test=True) == 0


def test_the_standard_price_book(apex: Apex) -> None:
    assert apex.run("return Test.getStandardPricebookId();", test=True) == STANDARD_PRICEBOOK_ID


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Test.startTest(); Test.startTest();", "only once"),
        ("Test.stopTest();", "without Test.startTest"),
    ],
)
def test_what_a_test_may_not_do(apex: Apex, body: str, said: str) -> None:
    with pytest.raises(NotApex, match=said):
        apex.run(f"{body} return 1;", test=True)


@pytest.mark.parametrize(
    "body", ["Test.startTest();", "System.runAs(new User()) { }", "Test.getStandardPricebookId();"]
)
def test_what_only_a_test_may_do(apex: Apex, body: str) -> None:
    with pytest.raises(NotApex, match="outside a test"):
        apex.run(f"{body} return 1;")


def test_run_as_another_user(apex: Apex) -> None:
    user = apex.org.add_user("other@portal.example")
    body = (
        "User u = [SELECT Id FROM User WHERE Username = 'other@portal.example']; Id seen; "
        "System.runAs(u) { seen = UserInfo.getUserId(); } "
        "return seen + ' ' + UserInfo.getUserId();"
    )
    assert apex.run(body, test=True) == f"{user} {ADMIN_ID}"
    with pytest.raises(Unsupported, match="a user that is not stored"):
        apex.run("System.runAs(new User()) { } return 1;", test=True)
    with pytest.raises(NotApex, match="takes a User"):
        apex.run("System.runAs(new Account()) { } return 1;", test=True)
