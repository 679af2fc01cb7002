"""The ports for billing: addresses, pay methods, invoices and single sign-on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from portal.domain.billing import BillingAddress, Invoice
from portal.domain.payment import PayMethod


class PayMethods(Protocol):
    """Reads pay methods."""

    def of_client(self, client_id: int) -> Sequence[PayMethod]:
        """Return all pay methods of a client. One call."""
        ...


class AddressRefused(Exception):  # reads as what happened
    """WHMCS refused an address. `field` is the field of `BillingAddress` that it names, or None."""

    def __init__(self, field: str | None) -> None:
        super().__init__(field or "address")
        self.field = field


class BillingAddresses(Protocol):
    """Reads and changes a client's billing address."""

    def of_client(self, client_id: int) -> BillingAddress:
        """Return the current address. One call."""
        ...

    def change(self, client_id: int, changes: dict[str, str]) -> None:
        """Change the named fields of `BillingAddress` and keep the others. One call.

        Raises AddressRefused when WHMCS refuses them.
        """
        ...


@dataclass(frozen=True)
class InvoicePage:
    """A page of invoices. `following` is the offset of the next page; None after the last."""

    invoices: Sequence[Invoice]
    following: int | None


class Invoices(Protocol):
    """Reads invoices."""

    def page(self, client_id: int, *, offset: int, limit: int, unpaid: bool = False) -> InvoicePage:
        """Invoices of a client, newest first, without drafts; `unpaid` leaves others out. One call.

        A page may hold fewer than `limit` invoices, even none, and still have a following page.
        """
        ...

    def find(self, invoice_id: int, *, client_id: int) -> Invoice | None:
        """Return an invoice of that client; None for a draft or none. At most two calls."""
        ...


@dataclass(frozen=True)
class SsoDestination:
    """The target of single sign-on: a WHMCS destination, with a path for custom redirects."""

    destination: str
    path: str | None = None


class SsoRefused(Exception):  # reads as what happened
    """WHMCS made no single sign-on link.

    `disabled`: the client has switched it off. `destination`: WHMCS refuses the destination.
    `broken`: this installation makes no links at all.
    """

    def __init__(self, reason: Literal["disabled", "destination", "broken"]) -> None:
        super().__init__(reason)
        self.reason = reason


class SingleSignOn(Protocol):
    """Makes links that sign a client in once."""

    def link(self, client_id: int, destination: SsoDestination) -> str:
        """Return a link that is valid once, for at most 60 seconds. Never store or log it.

        One call. Raises SsoRefused.
        """
        ...
