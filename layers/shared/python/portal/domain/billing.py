"""What billing knows of a client: address and invoices."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class BillingAddress:
    """A client's address in WHMCS; WHMCS is the authority."""

    street: str
    street2: str
    city: str
    state: str
    postcode: str
    country: str

    @property
    def version(self) -> str:
        """A fingerprint for optimistic concurrency."""
        text = "\x1f".join(astuple(self))
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class InvoiceLine:
    """One line of an invoice; the amount is None when WHMCS' text is no number."""

    description: str
    amount: Decimal | None


@dataclass(frozen=True)
class Invoice:
    """An invoice; `lines` only when it was read by itself.

    Amounts are in `currency`, the text that WHMCS has for it; None when nothing says it. An
    amount is None when WHMCS' text is no number.
    """

    id: int
    client_id: int
    number: str
    status: str
    issued: date | None
    due: date | None
    paid: date | None
    total: Decimal | None
    currency: str | None
    balance: Decimal | None = None
    lines: tuple[InvoiceLine, ...] = ()
