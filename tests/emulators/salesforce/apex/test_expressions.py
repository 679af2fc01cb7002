"""Expressions: operators, names, null, and what the compiler or the interpreter refuses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from local.emulators.salesforce.apex.errors import NotApex, Unsupported
from local.emulators.salesforce.apex.values import ApexList, ApexMap, ApexSet, Id, Long
from tests.emulators.salesforce.apex.running import Apex

SHORT, LONG_ID = "801000000000001", "801000000000001AAA"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("10 - 4 - 3", 3),
        ("'a' + 1 + true + null", "a1truenull"),
        ("1 + 2 + 'a'", "3a"),
        ("'it\\'s\\n\\u0041'", "it's\nA"),
        ("'ABC' == 'abc'", True),
        ("'ABC' != 'abc'", False),
        ("'ABC'.equals('abc')", False),
        ("null == null", True),
        ("'' == null", False),
        ("1 == 1.0", True),
        ("2 > 1 && !(1 > 2) || false", True),
        ("true ? 'yes' : 'no'", "yes"),
        ("null ?? 'fallback'", "fallback"),
        ("1 <> 2", True),
        ("1.5 + 1", Decimal("2.5")),
        ("1.0 / 4", Decimal("0.25")),
        ("5000000000L + 1", 5000000001),
    ],
)
def test_operators(apex: Apex, expression: str, expected: Any) -> None:
    assert apex.value(expression) == expected


def test_whole_numbers_keep_their_type(apex: Apex) -> None:
    assert type(apex.value("1 + 1")) is int
    assert type(apex.value("1L + 1")) is Long
    assert type(apex.run("Long wide = 3; return wide;")) is Long


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Integer i = 1; Integer j = i++; return j * 10 + i;", 12),
        ("Integer i = 1; Integer j = --i; return j * 10 + i;", 0),
        ("Integer i = 5; i += 2; i *= 3; i -= 1; i /= 4; return i;", 5),
        ("String s = 'a'; s += 1; return s;", "a1"),
        ("Integer A = 1; return a;", 1),
        ("List<Integer> xs = new List<Integer>{1, 2}; xs[0] = 9; return xs[0] + xs[1];", 11),
        ("Integer[] xs = new Integer[]{4}; return xs[0];", 4),
        ("Object o = 'x'; return o instanceof String;", True),
        ("Object o = 1; return o instanceof Long;", False),
        ("Object o = null; return o instanceof String;", False),
        ("Object o = new Map<String, Object>(); return o instanceof Map<String, Object>;", True),
        ("Object o = 'x'; return ((String) o).length();", 1),
        ("String s = null; return s?.length();", None),
        ("Decimal d = 2; return d;", Decimal(2)),
        ("List<String> s = new List<Id>(); return s.size();", 0),
    ],
)
def test_variables(apex: Apex, body: str, expected: Any) -> None:
    assert apex.run(body) == expected


def test_ids_are_long_and_equal_to_their_short_form(apex: Apex) -> None:
    assert apex.run(f"Id order = '{SHORT}'; return order;") == Id(LONG_ID)
    assert apex.run(f"Id order = '{SHORT}'; return order == '{SHORT}';") is True
    assert apex.run(f"Id order = '{SHORT}'; return '' + order;") == LONG_ID
    assert "System.StringException: Invalid id: x" in apex.thrown("Id order = 'x'; return 1;")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("String s; return s.length();", "System.NullPointerException: Attempt to de-reference"),
        ("Integer i; return i + 1;", "System.NullPointerException"),
        ("Boolean b; if (b) { return 1; } return 2;", "System.NullPointerException"),
        ("return 1 / 0;", "System.MathException: Divide by 0"),
        ("return new List<Integer>{1}[1];", "System.ListException: List index out of bounds: 1"),
        ("Object o = 1; return (String) o;", "System.TypeException: Invalid conversion"),
    ],
)
def test_exceptions(apex: Apex, body: str, said: str) -> None:
    assert said in apex.thrown(body)


def test_collections_are_typed(apex: Apex) -> None:
    made = apex.value("new Map<Id, List<String>>{'801000000000001' => new List<String>{'a'}}")
    assert isinstance(made, ApexMap)
    ((key, value),) = made.pairs()
    assert key == Id(LONG_ID)
    assert isinstance(value, ApexList)
    kept = apex.value("new Set<String>{'a', 'A', 'a'}")
    assert isinstance(kept, ApexSet)
    assert list(kept) == ["a", "A"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Integer i = 'x'; return i;", "T.cls:1: does not compile: illegal assignment from String"),
        ("Integer i = 1.5; return i;", "illegal assignment from Decimal to Integer"),
        ("String s = 1; return s;", "illegal assignment from Integer to String"),
        ("return missing;", "variable does not exist: missing"),
        ("return missing();", "method does not exist: missing in T"),
        ("Integer i = 1; Integer I = 2; return i;", "duplicate variable: I"),
        ("final Integer i = 1; i = 2; return i;", "i is final"),
        ("return 3000000000;", "is no Integer: write 3000000000L"),
        ("return '\\q';", "syntax error near"),
        ("List<Integer> xs = new List<String>(); return xs;", "illegal assignment"),
        ("Set<String> s = new Set<Id>(); return s;", "illegal assignment from Set<Id>"),
        ("Map<String, Id> m = new Map<Id, Id>(); return m;", "illegal assignment from Map<Id, Id>"),
        ("Integer number = 1; return number;", "identifier name is reserved: number"),
        ("for (Integer End : new List<Integer>()) { } return 1;", "is reserved: End"),
        ("if ('x') { return 1; } return 2;", "condition of type String"),
        ("return String.isBlank('x')", "syntax error near"),
    ],
)
def test_what_the_compiler_refuses(apex: Apex, body: str, said: str) -> None:
    with pytest.raises(NotApex) as error:
        apex.run(body)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return 2147483647 + 1;", "arithmetic overflow"),
        ("return 1.0 / 3;", "without an exact result"),
        ("return 1 & 2;", "operator &"),
        ("return ~1;", "unary expression '~1'"),
        ("return 'a' < 'b';", "< on anything but numbers"),
        ("return null < 1;", "null < something"),
        ("return 1 === 1;", "=== on primitive values"),
        ("return new Integer[3];", "array creation expression"),
        ("return 1.5d;", "decimal floating point literal"),
        ("Object o = 1.5; return (Integer) o;", "cast from Decimal to Integer"),
        ("Time t; return t;", "type Time"),
        ("Map<String, Double> m; return m;", "type Double"),
        ("return 'x'.reverse();", "String.reverse()"),
        ("return String.getCommonPrefix(null);", "String.getCommonPrefix()"),
        ("return 'x'.contains(null);", "String.contains(null)"),
        ("return new HttpRequest().getCompressed();", "HttpRequest.getCompressed()"),
        ("return [FIND 'x' IN ALL FIELDS RETURNING Account];", "query expression"),
        ("return new Set<Account>{new Account()};", "Account as element of a Set"),
        ("Datetime at = Datetime.now(); return '' + at;", "Datetime as text"),
    ],
)
def test_what_is_not_modelled_stops_with_its_place(apex: Apex, body: str, said: str) -> None:
    with pytest.raises(Unsupported) as error:
        apex.run(f"\n{body}")
    assert str(error.value).startswith("T.cls:2: unsupported: ")
    assert said in str(error.value)
