"""Amounts of money: which are accepted, and how they are written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portal.domain.money import Money, plain
from pydantic import ValidationError


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("5500.00"), "5500"),
        (Decimal("19.10"), "19.1"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.00"), "0"),
        (Decimal("-1.50"), "-1.5"),
        (Decimal("0.0001"), "0.0001"),
        ("5500", "5500"),
        (0, "0"),
    ],
)
def test_amounts_are_plain_text(amount: Decimal | int | str, text: str) -> None:
    assert Money.of(amount, "JPY") == Money(amount=text, currency="JPY")


@given(st.decimals(-(10**11), 10**11, places=4))
def test_amounts_survive(amount: Decimal) -> None:
    assert Money.of(amount, "JPY").value == amount
    assert "E" not in plain(amount)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("NaN", "JPY"), ("Infinity", "JPY"), ("1.00001", "JPY"), (10**12, "JPY"), ("1", "yen")],
)
def test_what_is_no_money(amount: str | int, currency: str) -> None:
    with pytest.raises(ValidationError):
        Money.of(amount, currency)


@pytest.mark.parametrize("amount", ["1\n", " 1", "1e5", "--1", "1,000", "\uff11"])
def test_text_that_is_no_amount(amount: str) -> None:
    with pytest.raises(ValidationError):
        Money(amount=amount, currency="JPY")
