"""Billing something at once: invoices, captures and credit in WHMCS.

All methods raise the errors of `portal.domain.upstream` with `upstream` = `whmcs`. Nothing here is
idempotent but `cancel`: whoever calls keeps the intent and looks before repeating.
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
    """Status of a WHMCS invoice. `pending`: a payment is under way at the gateway or bank."""

    UNPAID = "Unpaid"
    PAID = "Paid"
    PENDING = "Payment Pending"
    CANCELLED = "Cancelled"
    REFUNDED = "Refunded"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class BilledInvoice:
    """An invoice as it stands.

    `received` is what came in for it: payments and credit, less what was paid back.
    """

    id: int
    client_id: int
    status: InvoiceStatus
    received: Decimal


@dataclass(frozen=True, kw_only=True)
class NewInvoice:
    """An invoice of one line; `marker` goes into its notes and finds it again."""

    client_id: int
    payment_method: str
    description: str
    price: Money
    marker: str


class PaymentDeclined(Exception):  # reads as what happened
    """CapturePayment: the gateway did not take the money."""


class NotUnpaid(Exception):  # the same
    """CapturePayment: the invoice is not Unpaid, or does not exist: the invoice itself says."""


class Invoicing(Protocol):
    """Making, paying and cancelling invoices."""

    def create(self, invoice: NewInvoice) -> int:
        """The id of a new unpaid invoice; no mail is sent. Raises OutcomeUnknown: look first."""
        ...

    def find(self, client_id: int, marker: str, *, since: date) -> Sequence[int]:
        """Ids of the client's invoices that carry the marker, made on that day or later."""
        ...

    def read(self, invoice_id: int) -> BilledInvoice | None:
        """One invoice; None when there is none."""
        ...

    def capture(self, invoice_id: int) -> None:
        """Charge the client's stored pay method.

        Raises PaymentDeclined and NotUnpaid; OutcomeUnknown: read the invoice first.
        """
        ...

    def cancel(self, invoice_id: int) -> None:
        """Cancel it; safe to repeat."""
        ...


class Credits(Protocol):
    """A client's credit balance."""

    def add(self, client_id: int, amount: Decimal, description: str) -> None:
        """Add to it, in the client's currency. Raises OutcomeUnknown: look first."""
        ...

    def carries(self, client_id: int, marker: str) -> bool:
        """Whether an entry of the client's credit log carries the marker."""
        ...


class ClientCurrencies(Protocol):
    """In which currency a client is billed."""

    def of_client(self, client_id: int) -> str | None:
        """The ISO 4217 code; None when WHMCS does not say."""
        ...
