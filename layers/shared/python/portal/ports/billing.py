"""Billing: addresses, pay methods, invoices and the way into the client area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from portal.domain.billing import BillingAddress, Invoice
from portal.domain.payment import PayMethod


class PayMethods(Protocol):
    """Reading pay methods."""

    def of_client(self, client_id: int) -> Sequence[PayMethod]:
        """All pay methods of a client. One call."""
        ...


class BillingAddresses(Protocol):
    """Reading and changing a client's address."""

    def of_client(self, client_id: int) -> BillingAddress:
        """The address now. One call."""
        ...

    def change(self, client_id: int, changes: dict[str, str]) -> None:
        """Change the named fields of `BillingAddress`, leave the others. One call."""
        ...


class Invoices(Protocol):
    """Reading invoices."""

    def page(self, client_id: int, *, offset: int, limit: int) -> tuple[Sequence[Invoice], int]:
        """Invoices of a client, newest first, and how many there are in all. One call."""
        ...

    def find(self, invoice_id: int) -> Invoice | None:
        """One invoice of whichever client: compare `client_id`. One call."""
        ...


@dataclass(frozen=True)
class SsoDestination:
    """Where single sign-on leads: a WHMCS destination, with a path for custom redirects."""

    destination: str
    path: str | None = None


class SsoRefused(Exception):  # reads as what happened
    """WHMCS made no single sign-on link; `reason` is `disabled` or `broken`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SingleSignOn(Protocol):
    """Links that sign a client in once."""

    def link(self, client_id: int, destination: SsoDestination) -> str:
        """A link that works once, for at most 60 seconds: never store or log it.

        Raises SsoRefused when the client switched it off or WHMCS cannot make links.
        """
        ...
