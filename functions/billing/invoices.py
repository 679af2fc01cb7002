"""Converts invoices for the API."""

from __future__ import annotations

from portal.domain.billing import Invoice
from portal.domain.money import Money

from functions.billing.models import InvoiceDetail, InvoiceLineView, InvoiceView


def summary(invoice: Invoice) -> InvoiceView:
    """Return an entry of the list."""
    return InvoiceView(
        id=invoice.id,
        number=invoice.number or str(invoice.id),
        status=invoice.status,
        date=invoice.issued,
        due_date=invoice.due,
        paid_date=invoice.paid,
        total=Money.known(invoice.total, invoice.currency),
    )


def detail(invoice: Invoice) -> InvoiceDetail:
    """Return an invoice with its lines."""
    return InvoiceDetail(
        **summary(invoice).model_dump(),
        balance=Money.known(invoice.balance, invoice.currency),
        items=[
            InvoiceLineView(
                description=line.description, amount=Money.known(line.amount, invoice.currency)
            )
            for line in invoice.lines
        ],
    )
