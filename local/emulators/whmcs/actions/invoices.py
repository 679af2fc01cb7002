"""Invoices: CreateInvoice, GetInvoices, GetInvoice, UpdateInvoice.

Source: WHMCS API reference (Billing). There is no owner check: any invoice id is answered.
"""

from __future__ import annotations

import itertools
from typing import Any

from local.emulators.whmcs import invoicing, money
from local.emulators.whmcs.context import Context, Handler, nested, page
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.parameters import Parameters
from local.emulators.whmcs.records import Invoice, InvoiceItem
from local.emulators.whmcs.response import Listing

STATUSES = ("Draft", "Unpaid", "Paid", "Cancelled", "Refunded", "Collections", "Payment Pending")
SORTABLE = {
    "id": lambda invoice: invoice.id,
    "invoicenumber": lambda invoice: (invoice.invoicenum, invoice.id),
    "date": lambda invoice: (invoice.date, invoice.id),
    "duedate": lambda invoice: (invoice.duedate, invoice.id),
    "total": lambda invoice: (invoice.total, invoice.id),
    "status": lambda invoice: (invoice.status, invoice.id),
}


def create_invoice(context: Context, parameters: Parameters) -> dict[str, Any]:
    """CreateInvoice: lines from `itemdescription1`, `itemamount1`, `itemtaxed1`, …

    Lines may also be numbered from 0, as a live suite does.
    """
    client = context.client(parameters.number("userid"))
    draft = parameters.flag("draft") or parameters.text("status") == "Draft"
    if draft and parameters.flag("sendinvoice"):
        raise ApiError(
            "Cannot create and send a draft invoice in a single API request."
            " Please create and send separately."
        )
    gateway = client.defaultgateway or next(iter(context.store.gateways), "")
    invoice = invoicing.create_invoice(
        context,
        client,
        _new_items(parameters),
        paymentmethod=context.gateway(parameters.text("paymentmethod"), default=gateway),
        status="Draft" if draft else parameters.text("status") or "Unpaid",
        day=parameters.date("date"),
        due=parameters.date("duedate"),
        notes=parameters.raw("notes"),
    )
    invoice.taxrate = parameters.amount("taxrate") or money.ZERO
    status = invoice.status
    if parameters.flag("autoapplycredit") and invoice.status == "Unpaid":
        _apply_credit(context, invoice)
        if not context.switches.credit_pays_late:
            status = invoice.status
    if parameters.flag("sendinvoice"):
        invoicing.log_email(
            context, client_id=client.id, template="Invoice Created", related_id=invoice.id
        )
    return {"invoiceid": invoice.id, "status": status}


def _new_items(parameters: Parameters) -> list[InvoiceItem]:
    items: list[InvoiceItem] = []
    first = 0 if parameters.text("itemdescription0") is not None else 1
    for number in itertools.count(first):
        description = parameters.text(f"itemdescription{number}")
        if description is None:
            return items
        items.append(
            InvoiceItem(
                id=0,
                description=description,
                amount=parameters.amount(f"itemamount{number}") or money.ZERO,
                taxed=parameters.flag(f"itemtaxed{number}"),
            )
        )
    return items


def _apply_credit(context: Context, invoice: Invoice) -> None:
    client = context.client(invoice.userid)
    used = min(client.credit, invoice.total)
    if used <= 0:
        return
    invoice.credit += used
    note = f"Credit Applied to Invoice #{invoice.id}"
    invoicing.move_credit(context, client, -used, note, relid=invoice.id)
    if invoice.total == 0:
        invoicing.mark_paid(context, invoice)


def get_invoices(context: Context, parameters: Parameters) -> dict[str, Any]:
    """GetInvoices: by `userid` and `status` (also Overdue), sorted by `orderby` and `order`."""
    user_id, status = parameters.number("userid"), parameters.text("status")

    def matches(invoice: Invoice) -> bool:
        if user_id is not None and invoice.userid != user_id:
            return False
        if status == "Overdue":
            return invoice.status == "Unpaid" and invoice.duedate < context.today
        return status is None or invoice.status == status

    key = SORTABLE.get(parameters.raw("orderby"), SORTABLE["id"])
    descending = parameters.raw("order").lower() == "desc"
    found = sorted(context.store.invoices.where(matches), key=key, reverse=descending)
    counters, invoices = page(parameters, found)
    items = [_as_listed(context, invoice) for invoice in invoices]
    return {**counters, "invoices": nested(items, "invoice")}


def _as_listed(context: Context, invoice: Invoice) -> dict[str, Any]:
    client = context.client(invoice.userid)
    currency = context.store.currency_of(client)
    return {
        "id": invoice.id,
        "userid": invoice.userid,
        "firstname": client.firstname,
        "lastname": client.lastname,
        "companyname": client.companyname,
        **_common(invoice),
        "last_capture_attempt": invoice.last_capture_attempt,
        "date_refunded": invoice.date_refunded,
        "date_cancelled": invoice.date_cancelled,
        "paymethodid": invoice.paymethodid,
        "created_at": invoice.created_at,
        "updated_at": invoice.updated_at,
        "currencycode": currency.code,
        "currencyprefix": currency.prefix,
        "currencysuffix": currency.suffix,
    }


def _common(invoice: Invoice) -> dict[str, Any]:
    return {
        "invoicenum": invoice.invoicenum,
        "date": invoice.date,
        "duedate": invoice.duedate,
        "datepaid": invoice.datepaid,
        "subtotal": money.text(invoice.subtotal),
        "credit": money.text(invoice.credit),
        "tax": money.text(invoice.tax),
        "tax2": money.text(money.ZERO),
        "total": money.text(invoice.total),
        "taxrate": money.text(invoice.taxrate),
        "taxrate2": money.text(money.ZERO),
        "status": invoice.status,
        "paymentmethod": invoice.paymentmethod,
        "notes": invoice.notes,
    }


def get_invoice(context: Context, parameters: Parameters) -> dict[str, Any]:
    """GetInvoice: with lines and transactions (`""` when there are none)."""
    invoice = _invoice(context, parameters)
    transactions = context.store.transactions.where(lambda t: t.invoiceid == invoice.id)
    return {
        "invoiceid": parameters.raw("invoiceid"),
        "userid": invoice.userid,
        **_common(invoice),
        "balance": money.text(invoicing.balance(context, invoice)),
        "lastcaptureattempt": invoice.last_capture_attempt,
        "ccgateway": invoice.paymentmethod not in {"banktransfer", "mailin"},
        "items": nested([_item(item) for item in invoice.items], "item"),
        "transactions": Listing(
            [invoicing.shown_transaction(entry) for entry in transactions],
            child="transaction",
            when_empty="string",
        ),
    }


def _item(item: InvoiceItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "type": item.type,
        "relid": item.relid,
        "description": item.description,
        "amount": money.text(item.amount),
        "taxed": int(item.taxed),
    }


def _invoice(context: Context, parameters: Parameters) -> Invoice:
    invoice = context.store.invoices.get(parameters.number("invoiceid"))
    if invoice is None:
        raise ApiError("Invoice ID Not Found")
    return invoice


def update_invoice(context: Context, parameters: Parameters) -> dict[str, Any]:
    """UpdateInvoice: head fields, changed, new and deleted lines."""
    invoice = _invoice(context, parameters)
    status = _new_status(parameters, invoice)
    if parameters.text("paymentmethod") is not None:
        invoice.paymentmethod = context.gateway(parameters.text("paymentmethod"))
    _update_items(context, parameters, invoice)
    for name in ("date", "duedate"):
        if (day := parameters.date(name)) is not None:
            setattr(invoice, name, day)
    if parameters.text("notes") is not None:
        invoice.notes = parameters.raw("notes")
    invoice.updated_at = context.timestamp
    if parameters.flag("publish") and invoice.status == "Draft":
        invoice.status = "Unpaid"
    if status == "Cancelled":
        invoicing.cancel(context, invoice)
    elif status == "Paid":
        invoicing.mark_paid(context, invoice)
    elif status is not None:
        invoice.status = status
    return {"invoiceid": invoice.id}


def _new_status(parameters: Parameters, invoice: Invoice) -> str | None:
    status = parameters.text("status")
    if status is not None and status not in STATUSES:
        raise ApiError(f"Invalid status {status}")
    if parameters.flag("publish") and invoice.status != "Draft":
        raise ApiError("Invoice must be in Draft status to be published")
    return status


def _update_items(context: Context, parameters: Parameters, invoice: Invoice) -> None:
    for item in invoice.items:
        item.description = parameters.element("itemdescription", item.id) or item.description
        amount = money.parse(parameters.element("itemamount", item.id) or "")
        item.amount = item.amount if amount is None else amount
    removed = (parameters.array("deletelineids") or {}).values()
    invoice.items = [item for item in invoice.items if str(item.id) not in removed]
    for index in parameters.array("newitemdescription") or {}:
        invoice.items.append(
            InvoiceItem(
                id=context.store.next_invoice_item(),
                description=parameters.element("newitemdescription", index) or "",
                amount=money.parse(parameters.element("newitemamount", index) or "") or money.ZERO,
                taxed=(parameters.element("newitemtaxed", index) or "0") != "0",
            )
        )


ACTIONS: dict[str, Handler] = {
    "CreateInvoice": create_invoice,
    "GetInvoices": get_invoices,
    "GetInvoice": get_invoice,
    "UpdateInvoice": update_invoice,
}
