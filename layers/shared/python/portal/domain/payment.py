"""The pay methods of WHMCS clients, without their tokens."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class PayMethodKind(StrEnum):
    """The kind of a pay method."""

    CARD = "card"
    BANK_ACCOUNT = "bank_account"


@dataclass(frozen=True)
class PayMethod:
    """One pay method. `expires` is the last day on which it is valid; None if it never expires."""

    kind: PayMethodKind
    brand: str | None = None
    last_four: str | None = None
    expires: date | None = None

    def expired(self, today: date) -> bool:
        """Whether the last valid day is before `today`."""
        return self.expires is not None and self.expires < today


def end_of_month(year: int, month: int) -> date:
    """Return the last day of a month, through which a card with that date is valid."""
    return date(year, month, calendar.monthrange(year, month)[1])


def any_usable(methods: Sequence[PayMethod], today: date) -> bool:
    """Whether at least one pay method has not expired."""
    return any(not method.expired(today) for method in methods)
