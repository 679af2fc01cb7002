"""Identifiers: what passes, and that one record has one name."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portal import correlation
from portal.domain.ids import (
    CORRELATION_ID,
    CUSTOMER_NUMBER,
    SALESFORCE_ORDER_ID,
    SKU,
    SalesforceId,
    SalesforceOrderId,
    Sku,
    to_18,
)
from pydantic import TypeAdapter, ValidationError

ORDER = "8014x000000ABCD"


@pytest.mark.parametrize(
    ("given_id", "canonical"),
    [
        ("001A0000006Vm9r", "001A0000006Vm9rIAC"),
        ("001A0000006Vm9rIAC", "001A0000006Vm9rIAC"),
        ("001a0000006vm9rIAC", "001A0000006Vm9rIAC"),
        ("001A0000006VM9RIAC", "001A0000006Vm9rIAC"),
        ("001a0000006vm9riac", "001A0000006Vm9rIAC"),
        ("801000000000001", "801000000000001AAA"),
        ("801000000000001AAA", "801000000000001AAA"),
        # A suffix that fits no spelling: the one that was given counts.
        ("8014x000000ABCDXYZ", to_18(ORDER)),
    ],
)
def test_one_record_has_one_name(given_id: str, canonical: str) -> None:
    assert to_18(given_id) == canonical


base_ids = st.from_regex(r"[A-Za-z0-9]{15}", fullmatch=True)


@given(base_ids)
def test_any_spelling_of_18_leads_to_the_same_name(base: str) -> None:
    canonical = to_18(base)
    assert canonical[:15] == base
    assert {to_18(s) for s in (canonical, canonical.lower(), canonical.upper())} == {canonical}


@pytest.mark.parametrize(
    "text", ["", "801", ORDER + "\n", ORDER + "A", "https://evil.exa", "\uff18" * 15]
)
def test_anything_else_is_no_id(text: str) -> None:
    with pytest.raises(ValueError, match="15 or 18"):
        to_18(text)


HOSTILE = [
    "",
    "\n",
    "https://evil.example/x",
    "../Account/001000000000001",
    ORDER + "\n",
    "\n" + ORDER,
    ORDER + "' OR '1'='1",
    "\uff18\uff10\uff11" + "0" * 12,
    ORDER + "?x=1",
    ORDER + "/",
    ORDER + "\x00",
    "x" * 5000,
]


@pytest.mark.parametrize("kind", [SalesforceId, SalesforceOrderId, Sku])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_ids_are_refused(kind: Any, text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(text)


@pytest.mark.parametrize("pattern", [SALESFORCE_ORDER_ID, CUSTOMER_NUMBER, SKU])
@pytest.mark.parametrize("text", HOSTILE)
def test_and_by_the_patterns_themselves(pattern: str, text: str) -> None:
    assert not re.fullmatch(pattern, text)


def test_an_order_is_no_account() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(SalesforceOrderId).validate_python("001000000000001AAA")


@pytest.mark.parametrize(
    "proposed",
    ["short", "x" * 65, "with space 1", "front-end.0001\n", "a\nbcdefgh", "naïve-id-1", "", None],
)
def test_ids_of_callers_that_could_break_a_header_are_replaced(proposed: str | None) -> None:
    accepted = correlation.accept(proposed)
    assert accepted != proposed
    assert CORRELATION_ID.fullmatch(accepted)


def test_a_correlation_id_is_in_force_for_a_while() -> None:
    assert (correlation.current(), correlation.headers()) == ("", {})
    with correlation.bound("outer-0001"):
        with correlation.bound("inner-0001"):
            assert correlation.headers() == {"X-Correlation-Id": "inner-0001"}
        assert correlation.current() == "outer-0001"
    assert correlation.current() == ""
