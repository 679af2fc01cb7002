"""Money: AddInvoicePayment, CapturePayment, AddTransaction, GetTransactions, AddCredit, GetCredits.

Source: WHMCS API reference (Billing); the text of a failed capture from a live client's tests.
Other refusals are approximate.
"""

from __future__ import annotations

import secrets
from typing import Any

from local.emulators.whmcs import invoicing, money
from local.emulators.whmcs.cards import expired
from local.emulators.whmcs.context import Context, Handler, nested
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.parameters import Parameters
from local.emulators.whmcs.records import CARD_TYPES, Invoice, PayMethod, Transaction


def add_invoice_payment(context: Context, parameters: Parameters) -> dict[str, Any]:
    """AddInvoicePayment: a payment outside of WHMCS. The default amount is the balance."""
    invoice = context.store.invoices.get(parameters.number("invoiceid"))
    if invoice is None:
        raise ApiError("Invoice ID Not Found")
    if invoice.status == "Cancelled":
        raise ApiError("It is not possible to add a payment to an invoice that is Cancelled")
    amount = parameters.amount("amount")
    invoicing.record_payment(
        context,
        invoice,
        amount=invoicing.balance(context, invoice) if amount is None else amount,
        gateway=context.gateway(parameters.text("gateway")),
        transid=parameters.raw("transid"),
    )
    return {}


def capture_payment(context: Context, parameters: Parameters) -> dict[str, Any]:
    """CapturePayment: charge the stored card of an unpaid invoice's client."""
    invoice = context.store.invoices.get(parameters.number("invoiceid"))
    if invoice is None or invoice.status != "Unpaid":
        raise ApiError("Invoice Not Found or Not Unpaid")
    invoice.last_capture_attempt = context.timestamp
    method = _method_for(context, invoice)
    if method is None or method.declines or context.switches.capture_declined:
        raise ApiError("Payment Attempt Failed")
    if context.switches.capture == "pending":
        invoice.status = "Payment Pending"
        return {}
    if context.switches.capture == "recorded_late":
        return {}
    invoicing.record_payment(
        context,
        invoice,
        amount=invoicing.balance(context, invoice),
        gateway=invoice.paymentmethod,
        transid=f"ch_{secrets.token_hex(12)}",
    )
    return {}


def _method_for(context: Context, invoice: Invoice) -> PayMethod | None:
    """The invoice's own method, else the client's default card, else another that is valid."""
    usable = context.store.pay_methods.where(
        lambda method: (
            method.client_id == invoice.userid
            and method.type in CARD_TYPES
            and not expired(method.expiry_date, context.now)
        )
    )
    usable.sort(key=lambda m: (m.id != invoice.paymethodid, not m.is_default, m.id))
    return usable[0] if usable else None


def add_transaction(context: Context, parameters: Parameters) -> dict[str, Any]:
    """AddTransaction: money in or out, for an invoice, a client, or nobody."""
    if parameters.text("paymentmethod") is None:
        raise ApiError("Payment Method is required")
    gateway = context.gateway(parameters.text("paymentmethod"))
    invoice = _transaction_invoice(context, parameters)
    client_id = parameters.number("userid") or (invoice.userid if invoice else 0)
    if client_id:
        context.client(client_id)
    elif parameters.number("currencyid") is None:
        raise ApiError("A Currency ID is required for non-customer related transactions")
    transid = parameters.raw("transid")
    known = context.store.transactions.where(
        lambda entry: bool(transid) and entry.transid == transid
    )
    if known and not parameters.flag("allowduplicatetransid"):
        raise ApiError("Transaction ID must be Unique")
    context.store.transactions.add(
        Transaction(
            id=context.store.transactions.next_id(),
            invoiceid=invoice.id if invoice else 0,
            userid=client_id,
            gateway=gateway,
            date=context.timestamp,
            description=parameters.raw("description"),
            amountin=parameters.amount("amountin") or money.ZERO,
            amountout=parameters.amount("amountout") or money.ZERO,
            fees=parameters.amount("fees") or money.ZERO,
            transid=transid,
        )
    )
    if parameters.flag("credit") and client_id and invoice is None:
        amount = parameters.amount("amountin") or money.ZERO
        invoicing.move_credit(context, context.client(client_id), amount, "Credit from Transaction")
    return {}


def _transaction_invoice(context: Context, parameters: Parameters) -> Invoice | None:
    number = parameters.number("invoiceid")
    if number is None:
        return None
    invoice = context.store.invoices.get(number)
    if invoice is None:
        raise ApiError("Invoice ID Not Found")
    if parameters.number("userid") not in (None, invoice.userid):
        raise ApiError("User ID does not own the given Invoice ID")
    return invoice


def get_transactions(context: Context, parameters: Parameters) -> dict[str, Any]:
    """GetTransactions: by `invoiceid`, `clientid` and `transid`; no paging is documented."""
    invoice_id, client_id = parameters.number("invoiceid"), parameters.number("clientid")
    transid = parameters.text("transid")
    found = context.store.transactions.where(
        lambda entry: (
            invoice_id in (None, entry.invoiceid)
            and client_id in (None, entry.userid)
            and transid in (None, entry.transid)
        )
    )
    return {
        "totalresults": len(found),
        "startnumber": 0,
        "numreturned": len(found),
        "transactions": nested(
            [invoicing.shown_transaction(entry) for entry in found], "transaction"
        ),
    }


def add_credit(context: Context, parameters: Parameters) -> dict[str, Any]:
    """AddCredit: `amount` is positive, `type` says add (default) or remove."""
    client = context.client(parameters.number("clientid"))
    if (parameters.text("type") or "add").lower() not in {"add", "remove"}:
        raise ApiError("Type can only be add or remove")
    if parameters.text("date") is not None and parameters.date("date") is None:
        raise ApiError("Date Format is not Valid")
    if parameters.text("description") is None:
        raise ApiError("No Description Provided")
    if parameters.text("amount") is None:
        raise ApiError("No Amount Provided")
    amount = parameters.amount("amount")
    if amount is None or amount <= 0:
        raise ApiError("Amount must be in decimal format: ### or ###.##")
    remove = parameters.raw("type").lower() == "remove"
    if remove and amount > client.credit:
        raise ApiError("Insufficient Credit Balance")
    invoicing.move_credit(
        context,
        client,
        -amount if remove else amount,
        parameters.raw("description"),
        day=parameters.date("date"),
    )
    return {"newbalance": money.text(client.credit)}


def get_credits(context: Context, parameters: Parameters) -> dict[str, Any]:
    """GetCredits: the movements of a client's credit."""
    client = context.client(parameters.number("clientid"))
    entries = context.store.credits.where(lambda entry: entry.clientid == client.id)
    items = [
        {
            "id": entry.id,
            "date": entry.date,
            "description": entry.description,
            "amount": money.text(entry.amount),
            "relid": entry.relid,
        }
        for entry in entries
    ]
    return {
        "totalresults": len(items),
        "clientid": parameters.raw("clientid"),
        "credits": nested(items, "credit"),
    }


ACTIONS: dict[str, Handler] = {
    "AddInvoicePayment": add_invoice_payment,
    "CapturePayment": capture_payment,
    "AddTransaction": add_transaction,
    "GetTransactions": get_transactions,
    "AddCredit": add_credit,
    "GetCredits": get_credits,
}
