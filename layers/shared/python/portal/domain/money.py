"""Money: decimal strings at the edges, `Decimal` inside, never float."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field


class Money(BaseModel):
    """An amount in a currency, as the API shows it: `{"amount": "5500", "currency": "JPY"}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: str = Field(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,4})?$", examples=["5500"])
    currency: str = Field(pattern=r"^[A-Z]{3}$", examples=["JPY"])

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> Money:
        """Money without trailing zeros that mean nothing (`5500.00` JPY is `5500`)."""
        return cls(amount=plain(Decimal(amount)), currency=currency)

    @property
    def value(self) -> Decimal:
        """The amount for arithmetic."""
        return Decimal(self.amount)


def plain(amount: Decimal) -> str:
    """Decimal text without exponent or trailing zeros, whole amounts without a point."""
    normal = amount.normalize()
    return format(normal if normal != 0 else Decimal(0), "f")
