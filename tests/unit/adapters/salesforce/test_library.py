"""Values in SOQL stay values, whatever they contain."""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from portal.adapters.salesforce.library import format_soql

from local.emulators.salesforce import ids
from local.emulators.salesforce.app import SalesforceEmulator
from local.emulators.salesforce.rest.messages import ApiRequest

WHERE = "SELECT Name FROM Account WHERE Customer_Number__c = {}"
LIKE = "SELECT Name FROM Account WHERE Customer_Number__c LIKE '{:like}%'"
ATTACKS = [
    "C-0001' OR Name != '",
    "' OR Customer_Number__c LIKE '%",
    "\\' OR Name != '",
    "\\\\' OR Name != \\'",
    "x') OR (Name != '",
    "'",
    "\\",
    "\n' OR Name != '\r",
    "{}' OR {0} != '",
    "%",
    "_-9999",
]


@functools.cache
def org() -> SalesforceEmulator:
    """Only read from, so one is enough."""
    emulator = SalesforceEmulator()
    account = {
        "Id": ids.compose("001", 1),
        "Name": "Somebody else",
        "Customer_Number__c": "C-9999",
    }
    emulator.seed({"records": {"Account": [account]}})
    return emulator


def found(soql: str) -> list[dict[str, Any]]:
    answer = org().api.handle(
        ApiRequest(
            method="GET",
            version="63.0",
            segments=("query",),
            query={"q": soql},
            body=None,
            headers={},
            user_id="",
        )
    )
    assert answer.status == 200, answer.body
    records: list[dict[str, Any]] = answer.body["records"]
    return records


def test_the_query_works_at_all() -> None:
    assert found(format_soql(WHERE, "C-9999"))
    assert found(format_soql(LIKE, "C-99"))


@pytest.mark.parametrize("template", [WHERE, LIKE])
@pytest.mark.parametrize("attack", ATTACKS)
def test_injections_find_nothing(template: str, attack: str) -> None:
    assert found(format_soql(template, attack)) == []


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40))
@example("C-9999' OR Name != '")
def test_no_text_ends_its_quotes(text: str) -> None:
    # A value that broke out would make the query malformed or find the record of somebody else.
    assert bool(found(format_soql(WHERE, text))) is (text.lower() == "c-9999")


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("O'Neill", r"'O\'Neill'"),
        (["a", "b'"], r"('a','b\'')"),
        (True, "true"),
        (None, "null"),
        (3, "3"),
        (date(2026, 11, 22), "2026-11-22"),
        (datetime(2026, 11, 22, 1, 2, 3, 4, tzinfo=UTC), "2026-11-22T01:02:03+00:00"),
        (
            datetime(2026, 11, 22, 9, tzinfo=timezone(timedelta(hours=9))),
            "2026-11-22T00:00:00+00:00",
        ),
    ],
)
def test_literals(value: Any, literal: str) -> None:
    assert format_soql("{}", value) == literal


@pytest.mark.parametrize("template", ["{:>9}", "{:s}", "{!s}", "{0!r:}", "{:literal }"])
def test_formats_that_would_not_quote_are_refused(template: str) -> None:
    with pytest.raises(ValueError, match="SOQL values"):
        format_soql(template, "' OR Name != '")


@pytest.mark.parametrize("empty", [[], (), set()])
def test_empty_lists_are_refused_before_salesforce_does(empty: Any) -> None:
    with pytest.raises(ValueError, match="empty list"):
        format_soql("SELECT Id FROM Account WHERE Id IN {ids}", ids=empty)
