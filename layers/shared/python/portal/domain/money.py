"""Money: decimal strings in the API, `Decimal` for arithmetic, never float.

An amount is shown with the currency of its record or not at all, because a configured currency
could make it a wrong price.
"""

from __future__ import annotations

import re
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

_CODE = re.compile(r"[A-Z]{3}")


class Money(BaseModel):
    """An amount in a currency, as the API shows it: `{"amount": "5500", "currency": "JPY"}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: str = Field(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,4})?$", examples=["5500"])
    currency: str = Field(pattern=r"^[A-Z]{3}$", examples=["JPY"])

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> Money:
        """Return money without trailing zeros (`5500.00` JPY is `5500`)."""
        return cls(amount=plain(Decimal(amount)), currency=currency)

    @classmethod
    def known(cls, amount: Decimal | None, currency: str | None) -> Money | None:
        """Return the money of a vendor's record; None when amount or currency is unknown.

        No value of a vendor may break a page. Hiding an amount is safe, and a wrong one is not.
        """
        code = currency_code(currency)
        if amount is None or code is None:
            return None
        try:
            return cls.of(amount, code)
        except ValidationError:
            return None

    @property
    def value(self) -> Decimal:
        """The amount for arithmetic."""
        return Decimal(self.amount)


def currency_code(text: str | None) -> str | None:
    """Return the ISO 4217 code of a vendor's text (` usd` is `USD`); None for anything else."""
    code = (text or "").strip().upper()
    return code if _CODE.fullmatch(code) else None


def plain(amount: Decimal) -> str:
    """Return an amount as decimal text without exponent, trailing zeros or trailing point."""
    normal = amount.normalize()
    return format(normal if normal != 0 else Decimal(0), "f")
