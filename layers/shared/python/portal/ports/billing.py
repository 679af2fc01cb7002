"""Billing: addresses, pay methods, invoices and the way into the client area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from portal.domain.billing import BillingAddress, Invoice
from portal.domain.payment import PayMethod


class PayMethods(Protocol):
    """Reading pay methods."""

    def of_client(self, client_id: int) -> Sequence[PayMethod]:
        """All pay methods of a client. One call."""
        ...


class AddressRefused(Exception):  # reads as what happened
    """WHMCS does not accept an address; `field` is that of `BillingAddress`, when it says which."""

    def __init__(self, field: str | None) -> None:
        super().__init__(field or "address")
        self.field = field


class BillingAddresses(Protocol):
    """Reading and changing a client's address."""

    def of_client(self, client_id: int) -> BillingAddress:
        """The address now. One call."""
        ...

    def change(self, client_id: int, changes: dict[str, str]) -> None:
        """Change the named fields of `BillingAddress`, leave the others. One call.

        Raises AddressRefused when WHMCS does not take them.
        """
        ...


@dataclass(frozen=True)
class InvoicePage:
    """Some invoices; `following` is the offset of the next page, None after the last."""

    invoices: Sequence[Invoice]
    following: int | None


class Invoices(Protocol):
    """Reading invoices."""

    def page(self, client_id: int, *, offset: int, limit: int, unpaid: bool = False) -> InvoicePage:
        """Invoices of a client, newest first, without drafts; `unpaid` leaves others out. One call.

        A page may hold fewer than `limit`, even none, and yet have a following one.
        """
        ...

    def find(self, invoice_id: int, *, client_id: int) -> Invoice | None:
        """One invoice of that client, no draft; None when there is none. At most two calls."""
        ...


@dataclass(frozen=True)
class SsoDestination:
    """Where single sign-on leads: a WHMCS destination, with a path for custom redirects."""

    destination: str
    path: str | None = None


class SsoRefused(Exception):  # reads as what happened
    """WHMCS made no single sign-on link.

    `disabled`: the client switched it off; `destination`: it cannot lead there; `broken`: this
    installation makes none at all.
    """

    def __init__(self, reason: Literal["disabled", "destination", "broken"]) -> None:
        super().__init__(reason)
        self.reason = reason


class SingleSignOn(Protocol):
    """Links that sign a client in once."""

    def link(self, client_id: int, destination: SsoDestination) -> str:
        """A link that works once, for at most 60 seconds: never store or log it.

        One call. Raises SsoRefused.
        """
        ...
