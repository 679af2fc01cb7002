"""WHMCS as a top-up sees it: services, pay methods, invoices, a gateway, the credit log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from portal.domain.upstream import Refused
from portal.ports.billing_orders import BillingService, ClientState
from portal.ports.invoicing import (
    BilledInvoice,
    InvoiceStatus,
    NewInvoice,
    NotUnpaid,
    PaymentDeclined,
)

from tests.fakes.faults import Faults
from tests.fakes.workflow import FakeClock

Gateway = Literal["takes", "declines", "is slow", "tells late"]
"""What the payment gateway does: `is slow` leaves the invoice Payment Pending, `tells late` takes
the money and leaves it Unpaid, until `FakeBooks.gateway_answers`."""


@dataclass
class KeptInvoice:
    """An invoice in the books. `payments` are what came in, `charges` how often a card was."""

    number: int
    client_id: int
    price: Decimal
    notes: str
    made: date
    status: InvoiceStatus = InvoiceStatus.UNPAID
    payments: list[Decimal] = field(default_factory=list)
    charges: int = 0


@dataclass
class FakeBooks:
    """The installation. `events` are called after a call of that name took effect."""

    faults: Faults
    clock: FakeClock
    gateway: Gateway = "takes"
    can_pay: bool | None = True
    service_status: str = "Active"
    refuses_credit: bool = False
    invoices: dict[int, KeptInvoice] = field(default_factory=dict)
    credits: list[tuple[int, Decimal, str]] = field(default_factory=list)

    def pay_by_hand(self, number: int) -> None:
        """The customer pays in the client area, which only shows unpaid invoices for paying."""
        invoice = self.invoices[number]
        if invoice.status is InvoiceStatus.UNPAID:
            invoice.payments.append(invoice.price)
            invoice.status = InvoiceStatus.PAID

    def gateway_answers(self, *, taken: bool = True) -> None:
        """What the gateway has pending is decided."""
        for invoice in self.invoices.values():
            late = invoice.status is InvoiceStatus.PENDING or (
                invoice.status is InvoiceStatus.UNPAID and invoice.charges
            )
            if late and taken:
                invoice.payments.append(invoice.price)
                invoice.status = InvoiceStatus.PAID
            elif late:
                invoice.status = InvoiceStatus.UNPAID
                invoice.charges = 0  # the card was not charged after all

    @property
    def received(self) -> Decimal:
        """All that came in."""
        return sum((sum(one.payments, Decimal(0)) for one in self.invoices.values()), Decimal(0))

    @property
    def credited(self) -> Decimal:
        """All that was given back."""
        return sum((amount for _, amount, _ in self.credits), Decimal(0))

    def with_status(self, *statuses: InvoiceStatus) -> list[KeptInvoice]:
        """The invoices in one of the statuses."""
        return [one for one in self.invoices.values() if one.status in statuses]


class FakeServiceReader:
    """`ServiceReader` with one service of every client."""

    def __init__(self, books: FakeBooks) -> None:
        self._books = books

    def find(self, service_id: int, *, client_id: int) -> BillingService | None:
        return self._books.faults.call("whmcs", "service", lambda: self._service(service_id))

    def _service(self, service_id: int) -> BillingService:
        status = self._books.service_status
        return BillingService(
            id=service_id,
            order_id=7001,
            pid=301,
            quantity=1,
            billing_cycle="monthly",
            active=status == "Active",
            status=status,
            custom_fields={},
            options={},
        )


class FakeBillingClients:
    """`BillingClients` over the books."""

    def __init__(self, books: FakeBooks) -> None:
        self._books = books

    def state(self, client_id: int) -> ClientState:
        return ClientState.USABLE

    def has_valid_pay_method(self, client_id: int) -> bool | None:
        return self._books.faults.call("whmcs", "pay methods", lambda: self._books.can_pay)


class FakeInvoicing:
    """`Invoicing` over the books."""

    def __init__(self, books: FakeBooks) -> None:
        self._books = books

    def create(self, invoice: NewInvoice) -> int:
        return self._books.faults.call(
            "whmcs", "create invoice", lambda: self._create(invoice), writes=True
        )

    def find(self, client_id: int, marker: str, *, since: date) -> Sequence[int]:
        return self._books.faults.call(
            "whmcs",
            "find invoice",
            lambda: [
                one.number
                for one in self._books.invoices.values()
                if one.client_id == client_id and marker in one.notes
            ],
        )

    def read(self, invoice_id: int) -> BilledInvoice | None:
        return self._books.faults.call("whmcs", "read invoice", lambda: self._read(invoice_id))

    def capture(self, invoice_id: int) -> None:
        self._books.faults.call("whmcs", "capture", lambda: self._capture(invoice_id), writes=True)

    def cancel(self, invoice_id: int) -> None:
        self._books.faults.call(
            "whmcs", "cancel invoice", lambda: self._cancel(invoice_id), writes=True
        )

    def _create(self, invoice: NewInvoice) -> int:
        number = 9001 + len(self._books.invoices)
        self._books.invoices[number] = KeptInvoice(
            number=number,
            client_id=invoice.client_id,
            price=invoice.price.value,
            notes=invoice.marker,
            made=date(2026, 9, 21),
        )
        return number

    def _read(self, number: int) -> BilledInvoice | None:
        found = self._books.invoices.get(number)
        if found is None:
            return None
        received = sum(found.payments, Decimal(0))
        return BilledInvoice(
            id=number, client_id=found.client_id, status=found.status, received=received
        )

    def _capture(self, number: int) -> None:
        books = self._books
        invoice = books.invoices.get(number)
        if invoice is None or invoice.status is not InvoiceStatus.UNPAID:
            raise NotUnpaid
        if books.gateway == "declines":
            raise PaymentDeclined
        invoice.charges += 1
        if books.gateway == "takes":
            invoice.payments.append(invoice.price)
            invoice.status = InvoiceStatus.PAID
        elif books.gateway == "is slow":
            invoice.status = InvoiceStatus.PENDING

    def _cancel(self, number: int) -> None:
        invoice = self._books.invoices[number]
        if invoice.status is InvoiceStatus.UNPAID:
            self._books.invoices[number] = replace(invoice, status=InvoiceStatus.CANCELLED)


class FakeCredits:
    """`Credits` over the books."""

    def __init__(self, books: FakeBooks) -> None:
        self._books = books

    def add(self, client_id: int, amount: Decimal, description: str) -> None:
        def effect() -> None:
            if self._books.refuses_credit:
                raise Refused("whmcs", "AddCredit", "no")
            self._books.credits.append((client_id, amount, description))

        self._books.faults.call("whmcs", "add credit", effect, writes=True)

    def carries(self, client_id: int, marker: str) -> bool:
        return self._books.faults.call(
            "whmcs",
            "read credits",
            lambda: any(
                owner == client_id and marker in text for owner, _, text in self._books.credits
            ),
        )
