"""Amounts and times in both languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from portal.domain.money import Money

from functions.email.formats import moment, money


@pytest.mark.parametrize(
    ("amount", "currency", "english", "japanese"),
    [
        ("1500", "JPY", "1,500 JPY", "1,500円"),
        ("0", "JPY", "0 JPY", "0円"),
        ("1234567.5", "USD", "1,234,567.5 USD", "1,234,567.5 USD"),
        ("0.25", "EUR", "0.25 EUR", "0.25 EUR"),
    ],
)
def test_money(amount: str, currency: str, english: str, japanese: str) -> None:
    price = Money(amount=amount, currency=currency)
    assert (money(price, "en"), money(price, "ja")) == (english, japanese)


def test_moments_are_in_the_resellers_zone() -> None:
    when = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert moment(when, "en", "Asia/Tokyo") == "1 January 2027, 08:30\u00a0(JST)"
    assert moment(when, "ja", "Asia/Tokyo") == "2027年1月1日 08:30\u00a0(JST)"
    assert moment(when, "en", "UTC") == "31 December 2026, 23:30\u00a0(UTC)"
