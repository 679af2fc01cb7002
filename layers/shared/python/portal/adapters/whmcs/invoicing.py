"""Creates, pays, cancels and finds invoices and credits in WHMCS.

Source: WHMCS API reference. WHMCS has no idempotency key: an invoice is found again by a marker in
its notes (GetInvoices shows them), a credit by one in its description (GetCredits).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from portal.adapters.whmcs.client import WhmcsClient
from portal.adapters.whmcs.decoding import as_amount, as_date, as_int, as_list, as_text
from portal.domain.money import currency_code
from portal.domain.upstream import OutcomeUnknown, Refused, Unavailable
from portal.ports.invoicing import (
    BilledInvoice,
    InvoiceStatus,
    NewInvoice,
    NotUnpaid,
    PaymentDeclined,
)
from portal.vendor_errors.whmcs import CAPTURE_FAILED, INVOICE_MISSING, NOT_UNPAID

# WHMCS dates invoices in its own time zone.
CLOCK_DIFFERENCE = timedelta(days=1)
ZERO = Decimal(0)


class WhmcsInvoicing:
    """`Invoicing` of a WHMCS installation."""

    def __init__(self, client: WhmcsClient) -> None:
        self._client = client

    def create(self, invoice: NewInvoice) -> int:
        """Create an invoice with one line without tax, because the customer saw this price.

        The client's credit is not used, because a cancelled invoice would keep it.
        """
        parameters = {
            "userid": invoice.client_id,
            "status": InvoiceStatus.UNPAID.value,
            "sendinvoice": "0",
            "paymentmethod": invoice.payment_method,
            "notes": invoice.marker,
            "itemdescription1": invoice.description,
            "itemamount1": invoice.price.amount,
            "itemtaxed1": "0",
            "autoapplycredit": "0",
        }
        answer = self._client.call("CreateInvoice", parameters, writes=True)
        invoice_id = as_int(answer.get("invoiceid"))
        if not invoice_id:
            raise OutcomeUnknown("whmcs", "CreateInvoice", "success without an invoiceid")
        return invoice_id

    def find(self, client_id: int, marker: str, *, since: date) -> Sequence[int]:
        """Search GetInvoices from the newest back to that day."""
        pages = self._client.pages(
            "GetInvoices",
            {"userid": client_id, "orderby": "id", "order": "desc"},
            container="invoices",
            child="invoice",
        )
        found = []
        for item in pages:
            made = as_date(item.get("created_at")) or as_date(item.get("date"))
            if made is not None and made < since - CLOCK_DIFFERENCE:
                break
            invoice_id = as_int(item.get("id"))
            ours = as_int(item.get("userid")) in (client_id, None)
            if ours and invoice_id and marker in as_text(item.get("notes")):
                found.append(invoice_id)
        return found

    def read(self, invoice_id: int) -> BilledInvoice | None:
        """Return an invoice with its transactions by GetInvoice."""
        try:
            answer = self._client.call("GetInvoice", {"invoiceid": invoice_id})
        except Refused as refused:
            if refused.code == INVOICE_MISSING:
                return None
            raise
        return BilledInvoice(
            id=invoice_id,
            client_id=as_int(answer.get("userid")) or 0,
            status=_status(as_text(answer.get("status"))),
            received=_received(answer),
        )

    def capture(self, invoice_id: int) -> None:
        """Charge the open amount by CapturePayment."""
        try:
            self._client.call("CapturePayment", {"invoiceid": invoice_id}, writes=True)
        except Refused as refused:
            if refused.code == CAPTURE_FAILED:
                raise PaymentDeclined from refused
            if refused.code == NOT_UNPAID:
                raise NotUnpaid from refused
            raise

    def cancel(self, invoice_id: int) -> None:
        """Cancel an invoice by UpdateInvoice."""
        parameters = {"invoiceid": invoice_id, "status": InvoiceStatus.CANCELLED.value}
        self._client.call("UpdateInvoice", parameters, writes=True)


class WhmcsCredits:
    """`Credits` over AddCredit and GetCredits."""

    def __init__(self, client: WhmcsClient) -> None:
        self._client = client

    def add(self, client_id: int, amount: Decimal, description: str) -> None:
        """Add an amount to the client's credit by AddCredit."""
        parameters = {
            "clientid": client_id,
            "amount": f"{amount:.2f}",
            "description": description,
            "type": "add",
        }
        self._client.call("AddCredit", parameters, writes=True)

    def carries(self, client_id: int, marker: str) -> bool:
        """Search the whole credit log by GetCredits, which has no pages."""
        answer = self._client.call("GetCredits", {"clientid": client_id})
        entries = as_list(answer.get("credits"), "credit")
        total = as_int(answer.get("totalresults"))
        if total is not None and len(entries) < total:
            raise Unavailable("whmcs", "GetCredits", "the credit log is not complete")
        return any(marker in as_text(entry.get("description")) for entry in entries)


class WhmcsClientCurrencies:
    """`ClientCurrencies` over GetClientsDetails."""

    def __init__(self, client: WhmcsClient) -> None:
        self._client = client

    def of_client(self, client_id: int) -> str | None:
        """Return `currency_code` of GetClientsDetails."""
        answer = self._client.call("GetClientsDetails", {"clientid": client_id, "stats": False})
        details: dict[str, Any] = answer.get("client") or answer
        return currency_code(as_text(details.get("currency_code")))


def _status(text: str) -> InvoiceStatus:
    known = {status.value.lower(): status for status in InvoiceStatus}
    return known.get(text.lower(), InvoiceStatus.OTHER)


def _received(answer: dict[str, Any]) -> Decimal:
    """Return the received amount. Raises Unavailable when WHMCS' text is no number."""
    amounts = [(answer.get("credit"), 1)]
    for entry in as_list(answer.get("transactions"), "transaction"):
        amounts += [(entry.get("amountin"), 1), (entry.get("amountout"), -1)]
    total = ZERO
    for value, sign in amounts:
        amount = ZERO if value in (None, "") else as_amount(value)
        if amount is None:
            raise Unavailable("whmcs", "GetInvoice", "an amount of the invoice cannot be read")
        total += sign * amount
    return total
