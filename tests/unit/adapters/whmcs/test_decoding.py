"""What WHMCS answers, in every shape that it has been seen in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portal.adapters.whmcs.decoding import as_amount, as_date, as_ids, as_int, as_list

A, B = {"id": 1}, {"id": 2}


@pytest.mark.parametrize(
    ("container", "found"),
    [
        (None, []),
        ("", []),
        ([], []),
        ({}, []),
        ("nonsense", []),
        (0, []),
        ({"product": ""}, []),
        ({"product": []}, []),
        ({"product": {}}, []),
        ({"product": None}, []),
        ([A, B], [A, B]),
        ([A, "junk", None], [A]),
        ({"product": [A, B]}, [A, B]),
        ({"product": A}, [A]),
        (A, [A]),
        ({"0": A, "1": B}, [A, B]),
        ({"10": B, "9": A}, [A, B]),
        ({"product": {"0": A, "1": B}}, [A, B]),
        ({"²": A}, [{"²": A}]),
        ({"product": {"id": 3, "product": "Group - Name"}}, [{"id": 3, "product": "Group - Name"}]),
    ],
)
def test_lists(container: Any, found: list[Any]) -> None:
    assert as_list(container, "product") == found


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(json_values)
def test_whatever_comes_it_is_a_list_of_objects(container: Any) -> None:
    assert all(isinstance(item, dict) for item in as_list(container, "product"))


@given(st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=30))
def test_scalars_never_raise(value: Any) -> None:
    assert isinstance(as_int(value), int | None)
    assert isinstance(as_amount(value), Decimal | None)
    assert isinstance(as_date(value), date | None)
    assert all(isinstance(item, int) for item in as_ids(value))


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (7858259149, 7858259149),
        ("42", 42),
        (" 42 ", 42),
        ("-1", -1),
        ("0", 0),
        ("", None),
        (None, None),
        ("--5", None),
        ("²", None),
        ("٣", None),
        ("1_000", None),
        ("4.0", None),
        (True, None),
    ],
)
def test_integers(value: Any, number: int | None) -> None:
    assert as_int(value) == number


@pytest.mark.parametrize(
    ("value", "ids"),
    [("66", [66]), ("66,67", [66, 67]), ("", []), (None, []), (66, [66]), (",", [])],
)
def test_ids(value: Any, ids: list[int]) -> None:
    assert as_ids(value) == ids


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-11-22", date(2026, 11, 22)),
        ("2026-11-22 13:14:15", date(2026, 11, 22)),
        ("0000-00-00", None),
        ("0000-00-00 00:00:00", None),
        ("2026-02-30", None),
        ("17/05/2019 10:01", None),
        ("", None),
        (None, None),
    ],
)
def test_dates(value: Any, day: date | None) -> None:
    assert as_date(value) == day


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("25.99", Decimal("25.99")),
        ("-1.00", Decimal("-1.00")),
        (5500, Decimal(5500)),
        ("$5.95 USD", None),
        ("1,200.00", None),
        ("NaN", None),
        ("Infinity", None),
        ("1e5", None),
        ("", None),
        (None, None),
    ],
)
def test_amounts(value: Any, amount: Decimal | None) -> None:
    assert as_amount(value) == amount
