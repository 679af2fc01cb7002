"""Pay methods, addresses, invoices and single sign-on in WHMCS.

Source: WHMCS API reference (GetPayMethods, GetClientsDetails, UpdateClient, GetInvoices,
GetInvoice, CreateSsoToken).
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from portal.adapters.whmcs.client import WhmcsClient
from portal.adapters.whmcs.decoding import as_amount, as_date, as_int, as_list, as_text
from portal.domain.billing import BillingAddress, Invoice, InvoiceLine
from portal.domain.payment import PayMethod, PayMethodKind, end_of_month
from portal.domain.upstream import Refused, Unauthorized
from portal.ports.billing import AddressRefused, InvoicePage, SsoDestination, SsoRefused

# Ours → WHMCS' (GetClientsDetails and UpdateClient agree on these names).
ADDRESS_FIELDS = {
    "street": "address1",
    "street2": "address2",
    "city": "city",
    "state": "state",
    "postcode": "postcode",
    "country": "country",
}
# WHMCS' texts name the field in words; `address line 1` comes with one space or two.
_FIELD_WORDS = (
    ("country", "country"),
    ("postcode", "postcode"),
    ("address line 1", "street"),
    ("city", "city"),
    ("state", "state"),
)
# Refusals of UpdateClient that no other address would mend.
_NOT_THE_ADDRESS = ("client id not found", "pay methods found")
_EXPIRY = re.compile(r"(\d{2})/?(?:20)?(\d{2})")
DRAFT = "Draft"


class WhmcsPayMethods:
    """`PayMethods` over GetPayMethods."""

    def __init__(self, client: WhmcsClient) -> None:
        self._client = client

    def of_client(self, client_id: int) -> list[PayMethod]:
        """All pay methods; remote tokens are not even read."""
        answer = self._client.call("GetPayMethods", {"clientid": client_id})
        return [_pay_method(entry) for entry in as_list(answer.get("paymethods"))]


class WhmcsBillingAddresses:
    """`BillingAddresses` over GetClientsDetails and UpdateClient."""

    def __init__(self, client: WhmcsClient) -> None:
        self._client = client

    def of_client(self, client_id: int) -> BillingAddress:
        """The address now."""
        answer = self._client.call("GetClientsDetails", {"clientid": client_id, "stats": False})
        details: dict[str, Any] = answer.get("client") or answer
        return BillingAddress(
            **{ours: as_text(details.get(theirs)) for ours, theirs in ADDRESS_FIELDS.items()}
        )

    def change(self, client_id: int, changes: dict[str, str]) -> None:
        """Send only what changes; an empty text clears a field."""
        fields = {ADDRESS_FIELDS[name]: value for name, value in changes.items()}
        try:
            self._client.call("UpdateClient", {"clientid": client_id, **fields}, writes=True)
        except Unauthorized:
            raise
        except Refused as refused:
            text = " ".join(refused.message.lower().split())
            if any(words in text for words in _NOT_THE_ADDRESS):
                raise
            raise AddressRefused(_field_named_in(text)) from refused


class WhmcsInvoices:
    """`Invoices` over GetInvoices and GetInvoice.

    `currency` is that of clients whose invoices do not say (GetInvoice never does).
    """

    def __init__(self, client: WhmcsClient, *, currency: str) -> None:
        self._client = client
        self._currency = currency

    def page(self, client_id: int, *, offset: int, limit: int) -> InvoicePage:
        """Newest first. WHMCS cannot leave drafts out itself: it filters by one status only."""
        answer = self._client.call(
            "GetInvoices",
            {
                "userid": client_id,
                "limitstart": offset,
                "limitnum": limit,
                "orderby": "id",
                "order": "desc",
            },
        )
        entries = as_list(answer.get("invoices"), "invoice")
        following = offset + len(entries)
        total = as_int(answer.get("totalresults")) or 0
        found = (_invoice(entry, self._currency) for entry in entries)
        return InvoicePage(
            invoices=[invoice for invoice in found if invoice.status != DRAFT],
            following=following if entries and following < total else None,
        )

    def find(self, invoice_id: int) -> Invoice | None:
        """None when WHMCS has no such invoice, or it is a draft."""
        try:
            answer = self._client.call("GetInvoice", {"invoiceid": invoice_id})
        except Refused as refused:
            if "not found" in refused.message.lower():
                return None
            raise
        invoice = _invoice(answer, self._currency)
        return None if invoice.status == DRAFT else invoice


class WhmcsSingleSignOn:
    """`SingleSignOn` over CreateSsoToken."""

    def __init__(self, client: WhmcsClient) -> None:
        self._client = client

    def link(self, client_id: int, destination: SsoDestination) -> str:
        """Mint a link. The token dies unused after a minute, so minting is not a write."""
        try:
            answer = self._client.call(
                "CreateSsoToken",
                {
                    "client_id": client_id,
                    "destination": destination.destination or None,
                    "sso_redirect_path": destination.path,
                },
            )
        except Refused as refused:
            raise _sso_refused(refused) from refused
        return str(answer["redirect_url"])


def _sso_refused(refused: Refused) -> Exception:
    text = refused.message.lower()
    if "sso authentication blocked" in text:
        return SsoRefused("disabled")
    if "invalid destination" in text:
        return SsoRefused("destination")
    if "could not be provisioned" in text or text.startswith("invalid permissions"):
        return SsoRefused("broken")
    return refused


def _field_named_in(text: str) -> str | None:
    return next((field for words, field in _FIELD_WORDS if words in text), None)


def _pay_method(entry: dict[str, Any]) -> PayMethod:
    # CreditCard, RemoteCreditCard, BankAccount, RemoteBankAccount; whatever else has an expiry
    # date is treated as a card, so that it does not count for ever.
    kind = str(entry.get("type") or "")
    if "expiry_date" not in entry and not kind.endswith("CreditCard"):
        return PayMethod(PayMethodKind.BANK_ACCOUNT, brand=as_text(entry.get("bank_name")) or None)
    return PayMethod(
        PayMethodKind.CARD,
        brand=as_text(entry.get("card_type")) or None,
        last_four=as_text(entry.get("card_last_four")) or None,
        expires=_expires(as_text(entry.get("expiry_date"))),
    )


def _expires(text: str) -> date:
    """`MM/YY`; a card whose date cannot be read is taken for expired, not for eternal."""
    found = _EXPIRY.fullmatch(text)
    if found is None or not 1 <= int(found[1]) <= 12:  # noqa: PLR2004  # months
        return date.min
    return end_of_month(2000 + int(found[2]), int(found[1]))


def _invoice(entry: dict[str, Any], currency: str) -> Invoice:
    lines = as_list(entry.get("items"), "item")
    return Invoice(
        id=as_int(entry.get("id") or entry.get("invoiceid")) or 0,
        client_id=as_int(entry.get("userid")) or 0,
        number=as_text(entry.get("invoicenum")),
        status=as_text(entry.get("status")),
        issued=as_date(entry.get("date")),
        due=as_date(entry.get("duedate")),
        paid=as_date(entry.get("datepaid")),
        total=as_amount(entry.get("total")) or Decimal(0),
        currency=str(entry.get("currencycode") or currency),
        balance=as_amount(entry.get("balance")),
        lines=tuple(
            InvoiceLine(
                as_text(line.get("description")), as_amount(line.get("amount")) or Decimal(0)
            )
            for line in lines
        ),
    )
