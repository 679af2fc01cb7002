"""Reserving, joining and releasing the identities of a customer, each in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from portal.domain.identity import CustomerMapping
from portal.domain.registration import Registration


@dataclass(frozen=True)
class Holder:
    """Who has an e-mail address or Account: a complete mapping, or a reservation."""

    registration_id: str
    mapped: bool


class Occupied(Exception):
    """Nothing was reserved: `same` is this very registration, the others stand in its way."""

    def __init__(
        self,
        *,
        same: Registration | None = None,
        email: Holder | None = None,
        account: Holder | None = None,
    ) -> None:
        super().__init__("e-mail or Account is held")
        self.same = same
        self.email = email
        self.account = account


class ClientTaken(Exception):
    """The WHMCS client is mapped to another user."""


class Registrations(Protocol):
    """All conditions are checked by the table, so simultaneous callers cannot both win.

    All raise Unavailable when the table does not answer. LeaseHeld and LeaseLost are those of
    `portal.domain.lease`.
    """

    def get(self, registration_id: str) -> Registration | None:
        """A strongly consistent read."""
        ...

    def reserve(self, registration: Registration) -> None:
        """Hold e-mail and Account and keep the record: all or nothing. Raises Occupied."""
        ...

    def claim(self, registration: Registration, *, now: int) -> Registration:
        """Take the lease that `registration.leased(...)` describes, if `version` is unchanged.

        Raises LeaseHeld, or LeaseLost when the record is gone or no longer reserved.
        """
        ...

    def client_sent(self, registration: Registration, at: int | None) -> Registration:
        """Note that an AddClient is about to leave, or (None) that none took effect.

        Raises LeaseLost.
        """
        ...

    def complete(self, registration: Registration, mapping: CustomerMapping) -> Registration:
        """Write the mapping and its three uniqueness items. Raises LeaseLost, ClientTaken."""
        ...

    def finish(self, registration: Registration, *, at: int) -> None:
        """Note that mail and Case are on their way."""
        ...

    def release_lease(self, registration: Registration) -> None:
        """End the lease so that the same request can go on at once. Raises LeaseLost."""
        ...

    def release(self, registration: Registration) -> None:
        """Give e-mail and Account back and forget the record. Raises LeaseLost."""
        ...
