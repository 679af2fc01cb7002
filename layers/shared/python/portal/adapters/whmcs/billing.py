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
from portal.adapters.whmcs.decoding import as_amount, as_date, as_int, as_list
from portal.domain.billing import BillingAddress, Invoice, InvoiceLine
from portal.domain.payment import PayMethod, PayMethodKind, end_of_month
from portal.domain.upstream import Refused
from portal.ports.billing import SsoDestination, SsoRefused

# Ours → WHMCS' (GetClientsDetails and UpdateClient agree on these names).
ADDRESS_FIELDS = {
    "street": "address1",
    "street2": "address2",
    "city": "city",
    "state": "state",
    "postcode": "postcode",
    "country": "country",
}
_CARDS = frozenset({"CreditCard", "RemoteCreditCard"})
_EXPIRY = re.compile(r"^(\d{2})/(\d{2})$")


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
            **{ours: str(details.get(theirs) or "") for ours, theirs in ADDRESS_FIELDS.items()}
        )

    def change(self, client_id: int, changes: dict[str, str]) -> None:
        """Send only what changes; an empty text clears a field."""
        fields = {ADDRESS_FIELDS[name]: value for name, value in changes.items()}
        self._client.call("UpdateClient", {"clientid": client_id, **fields}, writes=True)


class WhmcsInvoices:
    """`Invoices` over GetInvoices and GetInvoice.

    `currency` is that of clients whose invoices do not say (GetInvoice never does).
    """

    def __init__(self, client: WhmcsClient, *, currency: str) -> None:
        self._client = client
        self._currency = currency

    def page(self, client_id: int, *, offset: int, limit: int) -> tuple[list[Invoice], int]:
        """Newest first; drafts are not shown to customers."""
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
        found = [
            _invoice(entry, self._currency) for entry in as_list(answer.get("invoices"), "invoice")
        ]
        return found, as_int(answer.get("totalresults")) or 0

    def find(self, invoice_id: int) -> Invoice | None:
        """None when WHMCS has no such invoice."""
        try:
            answer = self._client.call("GetInvoice", {"invoiceid": invoice_id})
        except Refused as refused:
            if "not found" in refused.message.lower():
                return None
            raise
        return _invoice(answer, self._currency)


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
    if "could not be provisioned" in text or "invalid destination" in text:
        return SsoRefused("broken")
    return refused


def _pay_method(entry: dict[str, Any]) -> PayMethod:
    if entry.get("type") not in _CARDS:
        return PayMethod(PayMethodKind.BANK_ACCOUNT, brand=entry.get("bank_name") or None)
    return PayMethod(
        PayMethodKind.CARD,
        brand=entry.get("card_type") or None,
        last_four=str(entry.get("card_last_four") or "") or None,
        expires=_expires(str(entry.get("expiry_date") or "")),
    )


def _expires(text: str) -> date | None:
    """`MM/YY`; a card whose date cannot be read is taken for expired, not for eternal."""
    found = _EXPIRY.match(text)
    if found is None or not 1 <= int(found[1]) <= 12:  # noqa: PLR2004  # months
        return date.min
    return end_of_month(2000 + int(found[2]), int(found[1]))


def _invoice(entry: dict[str, Any], currency: str) -> Invoice:
    lines = as_list(entry.get("items"), "item")
    return Invoice(
        id=as_int(entry.get("id") or entry.get("invoiceid")) or 0,
        client_id=as_int(entry.get("userid")) or 0,
        number=str(entry.get("invoicenum") or ""),
        status=str(entry.get("status") or ""),
        issued=as_date(entry.get("date")),
        due=as_date(entry.get("duedate")),
        paid=as_date(entry.get("datepaid")),
        total=as_amount(entry.get("total")) or Decimal(0),
        currency=str(entry.get("currencycode") or currency),
        balance=as_amount(entry.get("balance")),
        lines=tuple(
            InvoiceLine(
                str(line.get("description", "")), as_amount(line.get("amount")) or Decimal(0)
            )
            for line in lines
        ),
    )
