"""The evaluator against a naive reading of the documentation, over random conditions."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from local.emulators.salesforce import ids
from local.emulators.salesforce.app import SalesforceEmulator
from local.emulators.salesforce.rest.messages import ApiRequest

QUERY = "SELECT Name FROM Product2"
VALUES = [None, 1.0, 2.0, 3.0]
# The same value sits in two fields, so that an order and a text comparison see the same rows.
ROWS = [(number, text) for number in VALUES for text in (None, "a", "B")]


@dataclass(frozen=True)
class Case:
    """A condition as SOQL, and as a function of the row's (number, text)."""

    soql: str
    holds: Callable[[tuple[float | None, str | None]], bool | None]


def _compare(operator: str, wanted: float) -> Case:
    def holds(row: tuple[float | None, str | None]) -> bool | None:
        value = row[0]
        if operator == "=":
            return value == wanted
        if operator == "!=":
            return value != wanted
        if value is None:
            return None
        return value < wanted if operator == "<" else value >= wanted

    return Case(f"Portal_Sort_Order__c {operator} {wanted}", holds)


def _text(wanted: str, *, negated: bool) -> Case:
    def holds(row: tuple[float | None, str | None]) -> bool:
        return (row[1] is not None and row[1].lower() == wanted) is not negated

    return Case(f"Portal_Tags__c {'NOT IN' if negated else 'IN'} ('{wanted}', 'zz')", holds)


def _both(first: Case, second: Case, word: str) -> Case:
    def holds(row: tuple[float | None, str | None]) -> bool | None:
        truths = (first.holds(row), second.holds(row))
        decisive = word == "OR"
        if decisive in truths:
            return decisive
        return None if None in truths else not decisive

    return Case(f"({first.soql}) {word} ({second.soql})", holds)


def _not(inner: Case) -> Case:
    def holds(row: tuple[float | None, str | None]) -> bool | None:
        truth = inner.holds(row)
        return None if truth is None else not truth

    return Case(f"NOT ({inner.soql})", holds)


simple = st.builds(
    _compare, st.sampled_from(["=", "!=", "<", ">="]), st.sampled_from([1.0, 2.0])
) | st.builds(_text, st.sampled_from(["a", "b"]), negated=st.booleans())


def _grow(cases: st.SearchStrategy[Case]) -> st.SearchStrategy[Case]:
    return st.builds(_both, cases, cases, st.sampled_from(["AND", "OR"])) | cases.map(_not)


def _emulator() -> SalesforceEmulator:
    emulator = SalesforceEmulator()
    products = [
        {
            "Id": ids.compose("01t", position + 1),
            "Name": str(position),
            "Portal_Sort_Order__c": number,
            "Portal_Tags__c": text,
        }
        for position, (number, text) in enumerate(ROWS)
    ]
    emulator.seed({"records": {"Product2": products}})
    return emulator


@functools.cache
def _shared() -> SalesforceEmulator:
    """Only read from, so one is enough for all examples."""
    return _emulator()


@settings(deadline=None)
@given(st.recursive(simple, _grow, max_leaves=6))
def test_rows_found_are_those_that_hold(case: Case) -> None:
    answer = _shared().api.handle(
        ApiRequest(
            method="GET",
            version="63.0",
            segments=("query",),
            query={"q": f"{QUERY} WHERE {case.soql}"},
            body=None,
            headers={},
            user_id="",
        )
    )
    found = {int(row["Name"]) for row in answer.body["records"]}
    assert found == {position for position, row in enumerate(ROWS) if case.holds(row) is True}
