"""List, Set and Map."""

from __future__ import annotations

from typing import Any

import pytest

from local.emulators.salesforce.apex.errors import NotApex, Unsupported
from tests.emulators.salesforce.apex.running import Apex

LIST = "List<String> xs = new List<String>{'b', 'a', 'B'};"
BY_ID = "Map<Id, String> m = new Map<Id, String>{'801000000000001' => 'x'};"
COPY = "Map<String, Integer> n = new Map<String, Integer>(m);"
MAP = "Map<String, Integer> m = new Map<String, Integer>{'a' => 1, 'b' => 2};"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"{LIST} xs.add('c'); return xs.size();", 4),
        (f"{LIST} xs.add(0, 'c'); return xs.get(0);", "c"),
        (f"{LIST} xs.set(0, 'c'); return xs[0];", "c"),
        (f"{LIST} return xs.remove(1) + xs.size();", "a2"),
        (f"{LIST} return xs.contains('A');", False),
        (f"{LIST} return xs.indexOf('B');", 2),
        (f"{LIST} xs.sort(); return String.join(xs, '');", "Bab"),
        (f"{LIST} xs.addAll(new Set<String>{{'z'}}); return xs.size();", 4),
        (f"{LIST} List<String> ys = xs.clone(); ys.clear(); return xs.size();", 3),
        (f"{LIST} return '' + xs;", "(b, a, B)"),
        (f"{LIST} return new List<String>(xs) == xs;", True),
        ("return new List<Id>{'801000000000001'}[0];", "801000000000001AAA"),
        (f"{LIST} Set<String> s = new Set<String>(xs); return s.size();", 3),
        ("Set<Integer> s = new Set<Integer>(); return s.add(1) && !s.add(1);", True),
        ("Set<Integer> s = new Set<Integer>{1}; return s.remove(1) && s.isEmpty();", True),
        ("Set<String> s = new Set<String>{'a'}; return s.contains('A');", False),
        (f"{MAP} return m.get('a') + m.size();", 3),
        (f"{MAP} return m.get('A');", None),
        (f"{MAP} return m.put('a', 5) + m.get('a');", 6),
        (f"{MAP} return m.containsKey('b') && m.remove('b') == 2;", True),
        (f"{MAP} return String.join(m.keySet(), ',');", "a,b"),
        (f"{MAP} return m.values()[1];", 2),
        (
            f"{MAP} {COPY} m.clear(); return n.size();",
            2,
        ),
        (f"{BY_ID} return m.get('801000000000001AAA');", "x"),
    ],
)
def test_methods(apex: Apex, body: str, expected: Any) -> None:
    assert apex.run(body) == expected


def test_records_by_id(apex: Apex) -> None:
    body = (
        "Account a = new Account(Name = 'x'); insert a; Map<Id, Account> m = new Map<Id, Account>"
    )
    assert apex.run(f"{body}([SELECT Id, Name FROM Account]); return m.get(a.Id).Name;") == "x"


def test_elements_have_the_declared_type(apex: Apex) -> None:
    with pytest.raises(NotApex, match="illegal assignment from Integer to String"):
        apex.run(f"{LIST} xs.add(1); return xs;")
    with pytest.raises(NotApex, match="illegal assignment"):
        apex.run(f"{MAP} m.put('a', 'b'); return m;")


def test_positions_are_checked(apex: Apex) -> None:
    assert "List index out of bounds: 3" in apex.thrown(f"{LIST} return xs.get(3);")


def test_sorting_anything_else(apex: Apex) -> None:
    with pytest.raises(Unsupported, match=r"List<Account>\.sort\(\)"):
        apex.run("List<Account> xs = new List<Account>(); xs.sort(); return xs;")
