"""Pay methods, addresses, invoices and single sign-on in WHMCS.

Source: WHMCS API reference (GetPayMethods, GetClientsDetails, UpdateClient, GetInvoices,
GetInvoice, CreateSsoToken).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any, Literal
from urllib.parse import urlsplit

from portal.adapters.whmcs.client import UPSTREAM, WhmcsClient
from portal.adapters.whmcs.decoding import as_amount, as_date, as_int, as_list, as_text
from portal.domain.billing import BillingAddress, Invoice, InvoiceLine
from portal.domain.payment import PayMethod, PayMethodKind, end_of_month
from portal.domain.upstream import Refused, Unauthorized
from portal.observability import logger
from portal.ports.billing import AddressRefused, InvoicePage, SsoDestination, SsoRefused
from portal.vendor_errors.whmcs import CLIENT_ID_MISSING, CLIENT_MISSING, INVOICE_MISSING, normal

# The portal's names to WHMCS' names, which GetClientsDetails and UpdateClient share.
ADDRESS_FIELDS = {
    "street": "address1",
    "street2": "address2",
    "city": "city",
    "state": "state",
    "postcode": "postcode",
    "country": "country",
}
# WHMCS' texts name the field in words. Two spaces may stand before `address line 1`.
_FIELD_WORDS = (
    ("country", "country"),
    ("postcode", "postcode"),
    ("address line 1", "street"),
    ("city", "city"),
    ("state", "state"),
)
# Refusals of UpdateClient that are not about the address.
_NOT_THE_ADDRESS = frozenset(
    {
        CLIENT_ID_MISSING,
        CLIENT_MISSING,
        "multiple bank account pay methods found",
        "multiple credit card pay methods found",
    }
)
# Rows of `portal.vendor_errors.whmcs` to the reasons of SsoRefused.
_SSO_REASONS: dict[str, Literal["disabled", "destination", "broken"]] = {
    "sso authentication blocked for client …": "disabled",
    "invalid destination": "destination",
    "token could not be provisioned: …": "broken",
    'invalid permissions: api action "…" is not allowed': "broken",
}
_EXPIRY = re.compile(r"(\d{2})/?(?:20)?(\d{2})")
DRAFT = "Draft"
_PORTS = {"https": 443, "http": 80}


class WhmcsPayMethods:
    """`PayMethods` over GetPayMethods."""

    def __init__(self, client: WhmcsClient) -> None:
        self._client = client

    def of_client(self, client_id: int) -> list[PayMethod]:
        """Return all pay methods of a client, without their remote tokens."""
        answer = self._client.call("GetPayMethods", {"clientid": client_id})
        return [_pay_method(entry) for entry in as_list(answer.get("paymethods"))]


class WhmcsBillingAddresses:
    """`BillingAddresses` over GetClientsDetails and UpdateClient."""

    def __init__(self, client: WhmcsClient) -> None:
        self._client = client

    def of_client(self, client_id: int) -> BillingAddress:
        """Return the client's current billing address."""
        answer = self._client.call("GetClientsDetails", {"clientid": client_id, "stats": False})
        details: dict[str, Any] = answer.get("client") or answer
        return BillingAddress(
            **{ours: as_text(details.get(theirs)) for ours, theirs in ADDRESS_FIELDS.items()}
        )

    def change(self, client_id: int, changes: dict[str, str]) -> None:
        """Change the given fields of the address. An empty text clears a field.

        Raises AddressRefused with the field that WHMCS names, if it names one.
        """
        fields = {ADDRESS_FIELDS[name]: value for name, value in changes.items()}
        try:
            self._client.call("UpdateClient", {"clientid": client_id, **fields}, writes=True)
        except Unauthorized:
            raise
        except Refused as refused:
            if refused.code in _NOT_THE_ADDRESS:
                raise
            raise AddressRefused(_field_named_in(normal(refused.message))) from refused


class WhmcsInvoices:
    """`Invoices` over GetInvoices and GetInvoice.

    GetInvoices names each invoice's currency. GetInvoice does not, so the client's currency is
    used. It cannot be changed once the client has invoices.
    """

    def __init__(self, client: WhmcsClient) -> None:
        self._client = client

    def page(self, client_id: int, *, offset: int, limit: int, unpaid: bool = False) -> InvoicePage:
        """Newest first. WHMCS cannot leave drafts out itself: it filters by one status only."""
        page = self._client.page(
            "GetInvoices",
            {
                "userid": client_id,
                "orderby": "id",
                "order": "desc",
                "status": "Unpaid" if unpaid else None,
            },
            start=offset,
            limit=limit,
            container="invoices",
            child="invoice",
        )
        if page.start != offset:
            # WHMCS gave the first page again, and would do so for every following page.
            logger().warning("WHMCS ignores limitstart: invoices end with the first page")
            return InvoicePage(invoices=[], following=None)
        found = (_invoice(entry) for entry in page.records)
        return InvoicePage(
            invoices=[invoice for invoice in found if invoice.status != DRAFT],
            following=page.following,
        )

    def find(self, invoice_id: int, *, client_id: int) -> Invoice | None:
        """Return an invoice if it belongs to the client, else None.

        GetInvoice does not check the owner, so it is compared here. GetClientsDetails gives the
        currency.
        """
        try:
            answer = self._client.call("GetInvoice", {"invoiceid": invoice_id})
        except Refused as refused:
            if refused.code == INVOICE_MISSING:
                return None
            raise
        invoice = _invoice(answer)
        if invoice.client_id != client_id or invoice.status == DRAFT:
            return None
        if invoice.currency is not None:
            return invoice
        return replace(invoice, currency=self._currency_of(client_id))

    def _currency_of(self, client_id: int) -> str | None:
        answer = self._client.call("GetClientsDetails", {"clientid": client_id, "stats": False})
        details: dict[str, Any] = answer.get("client") or answer
        return as_text(details.get("currency_code")) or None


class WhmcsSingleSignOn:
    """`SingleSignOn` over CreateSsoToken; `client_area` is an address in WHMCS' client area."""

    def __init__(self, client: WhmcsClient, client_area: str) -> None:
        self._client = client
        self._place = _place_of(client_area)

    def link(self, client_id: int, destination: SsoDestination) -> str:
        """Return a sign-on link. An unused token expires after a minute, so this is no write.

        Raises SsoRefused.
        """
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
        return self._own(str(answer.get("redirect_url") or ""))

    def _own(self, url: str) -> str:
        """The link, which signs its holder in: nobody but WHMCS itself may get it.

        Raises Refused for another host, another port, or plain http where WHMCS has TLS.
        """
        if _place_of(url) != self._place:
            logger().error("WHMCS made a sign-on link to another place than its client area")
            raise Refused(UPSTREAM, "CreateSsoToken", "a link to another place")
        return url


def _place_of(url: str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port; None for what is no plain address of the Web."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, port or _PORTS[parts.scheme]


def _sso_refused(refused: Refused) -> Exception:
    reason = _SSO_REASONS.get(refused.code or "")
    return SsoRefused(reason) if reason is not None else refused


def _field_named_in(text: str) -> str | None:
    return next((field for words, field in _FIELD_WORDS if words in text), None)


def _pay_method(entry: dict[str, Any]) -> PayMethod:
    # The types are CreditCard, RemoteCreditCard, BankAccount and RemoteBankAccount. Any other type
    # with an expiry date counts as a card, so that it does not stay valid after that date.
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
    """Return the last day of an `MM/YY` date. A card with an unreadable date counts as expired."""
    found = _EXPIRY.fullmatch(text)
    if found is None or not 1 <= int(found[1]) <= 12:  # noqa: PLR2004  # months
        return date.min
    return end_of_month(2000 + int(found[2]), int(found[1]))


def _invoice(entry: dict[str, Any]) -> Invoice:
    lines = as_list(entry.get("items"), "item")
    return Invoice(
        id=as_int(entry.get("id") or entry.get("invoiceid")) or 0,
        client_id=as_int(entry.get("userid")) or 0,
        number=as_text(entry.get("invoicenum")),
        status=as_text(entry.get("status")),
        issued=as_date(entry.get("date")),
        due=as_date(entry.get("duedate")),
        paid=as_date(entry.get("datepaid")),
        total=as_amount(entry.get("total")),
        currency=as_text(entry.get("currencycode")) or None,
        balance=as_amount(entry.get("balance")),
        lines=tuple(
            InvoiceLine(as_text(line.get("description")), as_amount(line.get("amount")))
            for line in lines
        ),
    )
