"""Money: decimal strings at the edges, `Decimal` inside, never float.

An amount is shown with the currency of its record, or not at all: a configured currency in its
place would be a wrong price.
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
        """Money without trailing zeros that mean nothing (`5500.00` JPY is `5500`)."""
        return cls(amount=plain(Decimal(amount)), currency=currency)

    @classmethod
    def known(cls, amount: Decimal | None, currency: str | None) -> Money | None:
        """Money of a vendor's record; None when the amount or its currency cannot be told.

        Whatever a vendor holds there must not break a page: an amount that is not shown is safe,
        a wrong one is not.
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
    """An ISO 4217 code out of a vendor's text (` usd` is `USD`); None for anything else."""
    code = (text or "").strip().upper()
    return code if _CODE.fullmatch(code) else None


def plain(amount: Decimal) -> str:
    """Decimal text without exponent or trailing zeros, whole amounts without a point."""
    normal = amount.normalize()
    return format(normal if normal != 0 else Decimal(0), "f")
