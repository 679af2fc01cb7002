"""String and Id."""

from __future__ import annotations

from typing import Any

import pytest

from local.emulators.salesforce.apex.errors import Unsupported
from tests.emulators.salesforce.apex.running import Apex


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("String.valueOf(5)", "5"),
        ("String.valueOf(true)", "true"),
        ("String.valueOf(null)", None),
        ("String.valueOf(Date.newInstance(2026, 1, 2))", "2026-01-02"),
        ("String.isBlank(null)", True),
        ("String.isBlank(' ')", True),
        ("String.isEmpty(' ')", False),
        ("String.isNotBlank('x')", True),
        ("String.isNotEmpty(null)", False),
        ("String.join(new List<Integer>{1, 2}, '-')", "1-2"),
        ("String.join(new Set<String>{'a'}, '-')", "a"),
        ("String.format('{0} of {1} {2}', new List<Object>{1, 'two'})", "1 of two {2}"),
        ("String.escapeSingleQuotes('it\\'s')", "it\\'s"),
        ("'abc'.length()", 3),
        ("'aBc'.toLowerCase() + 'aBc'.toUpperCase()", "abcABC"),
        ("' a '.trim()", "a"),
        ("'abc'.contains('b')", True),
        ("'abc'.contains('B')", False),
        ("'abc'.containsIgnoreCase('B')", True),
        ("'abc'.startsWith('ab') && 'abc'.endsWith('bc')", True),
        ("'abc'.equalsIgnoreCase('ABC')", True),
        ("'abc'.indexOf('c')", 2),
        ("'a.b.c'.replace('.', '-')", "a-b-c"),
        ("'abcb'.remove('b')", "ac"),
        ("'abc'.removeStart('a').removeEnd('c')", "b"),
        ("'a/b/c'.substringAfter('/') + 'a/b/c'.substringBefore('/')", "b/ca"),
        ("'a/b/c'.substringAfterLast('/')", "c"),
        ("'abc'.substring(1)", "bc"),
        ("'abc'.substring(1, 2)", "b"),
        ("'abc'.left(2) + 'abc'.right(2) + 'abc'.left(9)", "abbcabc"),
        ("'abcdef'.abbreviate(5)", "ab..."),
        ("'7'.leftPad(3, '0')", "007"),
        ("'ab'.repeat(2)", "abab"),
        ("'a,b,,'.split(',').size()", 2),
        ("Id.valueOf('801000000000001')", "801000000000001AAA"),
        ("Id.valueOf('801000000000001').to15()", "801000000000001"),
        ("Integer.valueOf(' 12 ')", 12),
        ("Math.max(1, 2) + Math.min(1, 2) + Math.mod(-7, 3)", 2),
    ],
)
def test_methods(apex: Apex, expression: str, expected: Any) -> None:
    assert apex.value(expression) == expected


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("'abc'.substring(4)", "System.StringException: Starting position out of bounds: 4"),
        ("Integer.valueOf('x')", "System.TypeException: Invalid integer: x"),
        ("Decimal.valueOf('x')", "System.TypeException: Invalid decimal: x"),
        ("Id.valueOf('x')", "System.StringException: Invalid id: x"),
        ("'abc'.abbreviate(3)", "System.IllegalArgumentException"),
    ],
)
def test_refusals(apex: Apex, expression: str, said: str) -> None:
    assert said in apex.thrown(f"return {expression};")


@pytest.mark.parametrize(
    "expression",
    [
        "'a.b'.split('\\\\.')",
        "String.format('it\\'s {0}', new List<Object>{1})",
        "String.format('{0,number}', new List<Object>{1})",
        "'x'.leftPad(3, 'ab')",
        "String.valueOf(Datetime.now())",
    ],
)
def test_what_is_not_modelled(apex: Apex, expression: str) -> None:
    with pytest.raises(Unsupported):
        apex.value(expression)
