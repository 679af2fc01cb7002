"""Ways to pay, as WHMCS keeps them: enough to know whether one is usable, never a token."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class PayMethodKind(StrEnum):
    """What can be charged."""

    CARD = "card"
    BANK_ACCOUNT = "bank_account"


@dataclass(frozen=True)
class PayMethod:
    """One pay method; `expires` is the last day on which it works (None: never)."""

    kind: PayMethodKind
    brand: str | None = None
    last_four: str | None = None
    expires: date | None = None

    def expired(self, today: date) -> bool:
        """Whether it stopped working before `today`."""
        return self.expires is not None and self.expires < today


def end_of_month(year: int, month: int) -> date:
    """Cards work through the last day of the month that is printed on them."""
    return date(year, month, calendar.monthrange(year, month)[1])


def any_usable(methods: Sequence[PayMethod], today: date) -> bool:
    """The payment gate: at least one method that has not expired."""
    return any(not method.expired(today) for method in methods)
