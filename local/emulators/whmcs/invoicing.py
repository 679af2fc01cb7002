"""Creates, pays and cancels invoices."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from local.emulators.whmcs import money
from local.emulators.whmcs.catalogue import CYCLE_MONTHS
from local.emulators.whmcs.context import Context
from local.emulators.whmcs.records import (
    Client,
    Credit,
    Invoice,
    InvoiceItem,
    LoggedEmail,
    Service,
    Transaction,
)


def add_months(day: str, months: int) -> str:
    """`YYYY-MM-DD` that many months later, on the month's last day if the day is missing."""
    start = date.fromisoformat(day)
    index = start.month - 1 + months
    year, month = start.year + index // 12, index % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(start.day, last)).isoformat()


def create_invoice(
    context: Context,
    client: Client,
    items: Sequence[InvoiceItem],
    *,
    paymentmethod: str,
    status: str = "Unpaid",
    day: str | None = None,
    due: str | None = None,
    notes: str = "",
) -> Invoice:
    """Store an invoice; item ids are given here."""
    for item in items:
        item.id = context.store.next_invoice_item()
    return context.store.invoices.add(
        Invoice(
            id=context.store.invoices.next_id(),
            userid=client.id,
            date=day or context.today,
            duedate=due or day or context.today,
            status=status,
            paymentmethod=paymentmethod,
            notes=notes,
            items=list(items),
            created_at=context.timestamp,
            updated_at=context.timestamp,
        )
    )


def invoice_services(
    context: Context, client: Client, services: Sequence[Service], paymentmethod: str
) -> int:
    """The invoice of an order; 0 when everything in it is free of charge by its cycle."""
    items = [
        InvoiceItem(
            id=0,
            type="Hosting",
            relid=service.id,
            description=_description(context, service),
            amount=service.first_payment,
        )
        for service in services
        if service.billingcycle != "free"
    ]
    if not items:
        return 0
    invoice = create_invoice(context, client, items, paymentmethod=paymentmethod)
    if invoice.total == 0:
        mark_paid(context, invoice)
    return invoice.id


def _description(context: Context, service: Service) -> str:
    label = context.store.product_label(service.pid)
    if service.domain:
        label = f"{label} - {service.domain}"
    months = CYCLE_MONTHS.get(service.billingcycle)
    if months is None:
        return label
    return f"{label} ({context.today} - {add_months(context.today, months)})"


def paid_amount(context: Context, invoice: Invoice) -> Decimal:
    """Return the sum of the payments for an invoice, less what was paid back."""
    found = context.store.transactions.where(lambda entry: entry.invoiceid == invoice.id)
    return sum((entry.amountin - entry.amountout for entry in found), money.ZERO)


def balance(context: Context, invoice: Invoice) -> Decimal:
    """Return the amount that is still to be paid."""
    return invoice.total - paid_amount(context, invoice)


def shown_transaction(entry: Transaction) -> dict[str, Any]:
    """A transaction as GetInvoice and GetTransactions show it."""
    return {
        "id": entry.id,
        "userid": entry.userid,
        "currency": 0,
        "gateway": entry.gateway,
        "date": entry.date,
        "description": entry.description,
        "amountin": money.text(entry.amountin),
        "fees": money.text(entry.fees),
        "amountout": money.text(entry.amountout),
        "rate": "1.00000",
        "transid": entry.transid,
        "invoiceid": entry.invoiceid,
        "refundid": 0,
    }


def record_payment(
    context: Context, invoice: Invoice, *, amount: Decimal, gateway: str, transid: str
) -> Transaction:
    """Record a payment. A fully paid invoice becomes Paid, and a surplus becomes credit."""
    due = balance(context, invoice)
    transaction = context.store.transactions.add(
        Transaction(
            id=context.store.transactions.next_id(),
            invoiceid=invoice.id,
            userid=invoice.userid,
            gateway=gateway,
            date=context.timestamp,
            amountin=amount,
            transid=transid,
        )
    )
    if amount >= due and invoice.status == "Unpaid":
        mark_paid(context, invoice)
    client = context.store.clients.get(invoice.userid)
    if amount > due and client is not None:
        move_credit(context, client, amount - due, f"Invoice #{invoice.id} Overpayment")
    return transaction


def mark_paid(context: Context, invoice: Invoice) -> None:
    """Set the status Paid and its date."""
    invoice.status = "Paid"
    invoice.datepaid = context.timestamp
    invoice.updated_at = context.timestamp


def cancel(context: Context, invoice: Invoice) -> None:
    """Set the status Cancelled and its date."""
    invoice.status = "Cancelled"
    invoice.date_cancelled = context.timestamp
    invoice.updated_at = context.timestamp


def cancel_unpaid(context: Context, invoice_id: int) -> None:
    """Cancel it if it is still to be paid."""
    invoice = context.store.invoices.get(invoice_id)
    if invoice is not None and invoice.status == "Unpaid":
        cancel(context, invoice)


def move_credit(
    context: Context,
    client: Client,
    amount: Decimal,
    description: str,
    *,
    day: str | None = None,
    relid: int = 0,
) -> Credit:
    """Add to (or with a negative amount take from) the credit balance."""
    client.credit += amount
    return context.store.credits.add(
        Credit(
            id=context.store.credits.next_id(),
            clientid=client.id,
            date=day or context.today,
            description=description,
            amount=amount,
            relid=relid,
        )
    )


def log_email(
    context: Context, *, client_id: int, template: str, related_id: int, subject: str = ""
) -> None:
    """Remember an e-mail that WHMCS would have sent."""
    context.store.emails.add(
        LoggedEmail(
            id=context.store.emails.next_id(),
            client_id=client_id,
            template=template,
            subject=subject or template,
            related_id=related_id,
            date=context.timestamp,
        )
    )
