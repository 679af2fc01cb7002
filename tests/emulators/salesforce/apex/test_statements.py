"""Statements: loops, switches, exceptions."""

from __future__ import annotations

from typing import Any

import pytest

from local.emulators.salesforce.apex.errors import NotApex, Unsupported
from tests.emulators.salesforce.apex.running import Apex

ONE_TWO_THREE = "new List<Integer>{1, 2, 3}"
SKIP_TWO = "if (i == 2) { continue; } s += i;"
THROW = "throw new IllegalArgumentException('x');"
CATCH = "catch (IllegalArgumentException e) { i = 1; }"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Integer s = 0; for (Integer i = 0; i < 4; i++) { s += i; } return s;", 6),
        ("Integer i = 0; while (true) { i++; if (i == 3) { break; } } return i;", 3),
        ("Integer i = 9; do { i++; } while (i < 3); return i;", 10),
        (f"Integer s = 0; for (Integer i : {ONE_TWO_THREE}) {{ {SKIP_TWO} }} return s;", 4),
        (f"Integer s = 0; for (Integer i = 0; i < 4; i++) {{ {SKIP_TWO} }} return s;", 4),
        ("String s = ''; for (String t : new Set<String>{'b', 'a'}) { s += t; } return s;", "ba"),
        ("Integer x = 1; if (x > 1) return 'a'; else if (x == 1) return 'b'; return 'c';", "b"),
        ("switch on 2 { when 1, 2 { return 'low'; } when else { return 'high'; } }", "low"),
        ("String s = null; switch on s { when null { return 1; } when else { return 2; } }", 1),
        ("switch on 'ORANGE' { when 'orange' { return 1; } when else { return 2; } }", 2),
        ("switch on 5 { when 1 { return 1; } } return 'none';", "none"),
        ("try { return 'try'; } finally { Integer i = 1; }", "try"),
        (f"Integer i = 0; try {{ {THROW} }} {CATCH} finally {{ i += 10; }} return i;", 11),
        ("try { Integer i = 1 / 0; } catch (MathException e) { return 1; } return 2;", 1),
        ("try { throw new DmlException(); } catch (System.DmlException e) { return 1; }", 1),
        (f"Integer i = 0; try {{ {THROW} }} catch (DmlException e) {{ }} {CATCH} return i;", 1),
        ("try { throw new QueryException(); } catch (Exception e) { return 2; }", 2),
    ],
)
def test_flow(apex: Apex, body: str, expected: Any) -> None:
    assert apex.run(body) == expected


def test_an_exception_that_no_clause_names_goes_on(apex: Apex) -> None:
    body = "try { Integer i = 1 / 0; } catch (DmlException e) { return 1; } return 2;"
    assert apex.thrown(body) == "System.MathException: Divide by 0"


def test_variables_end_with_their_block(apex: Apex) -> None:
    assert apex.run("if (true) { Integer i = 1; } Integer i = 2; return i;") == 2
    with pytest.raises(NotApex, match="variable does not exist: i"):
        apex.run("if (true) { Integer i = 1; } return i;")


def test_a_method_must_return(apex: Apex) -> None:
    with pytest.raises(NotApex, match="missing return statement"):
        apex.run("Integer i = 1;")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("switch on o { when Account a { return 1; } } return 2;", "switch label"),
        ("merge a b; return 1;", "T.cls:1: unsupported"),
        ("undelete a; return 1;", "T.cls:1: unsupported"),
        ("Integer i; for (i = 0; i < 1; i++) { } return 1;", "unsupported"),
        (
            "try { Integer i = 1 / 0; } catch (Strange e) { return 1; } return 2;",
            "catch of Strange",
        ),
    ],
)
def test_what_is_not_modelled(apex: Apex, body: str, said: str) -> None:
    with pytest.raises(Unsupported) as error:
        apex.run(body)
    assert said in str(error.value)


def test_endless_recursion_is_stopped(apex: Apex) -> None:
    other = "public class Endless { public static Integer go() { return go(); } }"
    with pytest.raises(Unsupported, match="nested more than"):
        apex.run("return Endless.go();", other)
