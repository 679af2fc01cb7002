"""The address and the invoices of a WHMCS client."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class BillingAddress:
    """A client's billing address. WHMCS is the authority for it."""

    street: str
    street2: str
    city: str
    state: str
    postcode: str
    country: str

    @property
    def version(self) -> str:
        """A fingerprint of the address, for optimistic concurrency."""
        text = "\x1f".join(astuple(self))
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class InvoiceLine:
    """One line of an invoice. The amount is None when WHMCS' text is no number."""

    description: str
    amount: Decimal | None


@dataclass(frozen=True)
class Invoice:
    """An invoice. A list of invoices has no `lines`.

    Amounts are in `currency`, which is WHMCS' text for it; None when it is unknown. An amount is
    None when WHMCS' text is no number.
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
