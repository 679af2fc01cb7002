"""Immediate billing by invoices, captures and credits in WHMCS.

All methods raise the errors of `portal.domain.upstream` with `upstream` = `whmcs`. Only
`cancel` is idempotent. Callers must record their intent and look before they repeat a call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from portal.domain.money import Money


class InvoiceStatus(StrEnum):
    """The status of a WHMCS invoice. `pending` means that gateway or bank work on a payment."""

    UNPAID = "Unpaid"
    PAID = "Paid"
    PENDING = "Payment Pending"
    CANCELLED = "Cancelled"
    REFUNDED = "Refunded"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class BilledInvoice:
    """The current state of an invoice.

    `received` is the sum of payments and credit minus refunds.
    """

    id: int
    client_id: int
    status: InvoiceStatus
    received: Decimal


@dataclass(frozen=True, kw_only=True)
class NewInvoice:
    """An invoice of one line. `marker` is in its notes, so that it can be found."""

    client_id: int
    payment_method: str
    description: str
    price: Money
    marker: str


class PaymentDeclined(Exception):  # reads as what happened
    """The gateway declined the payment."""


class NotUnpaid(Exception):  # the same
    """The invoice does not exist or is not Unpaid. Read it to find out."""


class Invoicing(Protocol):
    """Creates, pays and cancels invoices."""

    def create(self, invoice: NewInvoice) -> int:
        """Create an unpaid invoice without a mail, and return its id. Raises OutcomeUnknown."""
        ...

    def find(self, client_id: int, marker: str, *, since: date) -> Sequence[int]:
        """Return ids of the client's invoices with the marker, created on that day or later."""
        ...

    def read(self, invoice_id: int) -> BilledInvoice | None:
        """Return one invoice; None when there is none."""
        ...

    def capture(self, invoice_id: int) -> None:
        """Charge the client's stored pay method.

        Raises PaymentDeclined, NotUnpaid, and OutcomeUnknown; then read the invoice.
        """
        ...

    def cancel(self, invoice_id: int) -> None:
        """Cancel an invoice. Repeating it is safe."""
        ...


class Credits(Protocol):
    """A client's credit balance."""

    def add(self, client_id: int, amount: Decimal, description: str) -> None:
        """Add an amount in the client's currency. Raises OutcomeUnknown."""
        ...

    def carries(self, client_id: int, marker: str) -> bool:
        """Return whether an entry of the client's credit log has the marker."""
        ...


class ClientCurrencies(Protocol):
    """The currencies in which clients are billed."""

    def of_client(self, client_id: int) -> str | None:
        """Return the ISO 4217 code; None when WHMCS does not tell it."""
        ...
