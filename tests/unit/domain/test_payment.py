"""Which payment methods can be charged on a day."""

from __future__ import annotations

from datetime import date

import pytest
from portal.domain.payment import PayMethod, PayMethodKind, any_usable, end_of_month


def card(expires: date | None) -> PayMethod:
    return PayMethod(PayMethodKind.CARD, expires=expires)


@pytest.mark.parametrize(
    ("today", "usable"),
    [(date(2026, 2, 28), True), (date(2026, 3, 1), False), (date(2025, 1, 1), True)],
)
def test_a_card_works_through_its_last_day(today: date, usable: bool) -> None:
    assert any_usable([card(end_of_month(2026, 2))], today) is usable


def test_the_gate_needs_one_method_that_works() -> None:
    today = date(2026, 11, 22)
    old = card(date(2020, 1, 31))
    assert not any_usable([], today)
    assert not any_usable([old, old], today)
    assert any_usable([old, card(None)], today)
    assert any_usable([PayMethod(PayMethodKind.BANK_ACCOUNT)], today)
