"""The port that reserves, maps and releases a customer's identities, each in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from portal.domain.identity import CustomerMapping
from portal.domain.registration import Registration


@dataclass(frozen=True)
class Holder:
    """The registration that has an e-mail address or Account. `mapped` says that it is complete."""

    registration_id: str
    mapped: bool


class Occupied(Exception):
    """Nothing was reserved.

    `same` is the record of the same registration. `email` and `account` are held by others.
    """

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
    """Stores registrations. The table checks all conditions, so only one of two callers succeeds.

    All methods raise Unavailable when the table does not answer. LeaseHeld and LeaseLost are those
    of `portal.domain.lease`.
    """

    def get(self, registration_id: str) -> Registration | None:
        """Return a registration by a strongly consistent read; None when there is none."""
        ...

    def reserve(self, registration: Registration) -> None:
        """Reserve e-mail and Account and write the record, all or nothing. Raises Occupied."""
        ...

    def claim(self, registration: Registration, *, now: int) -> Registration:
        """Take the lease that `registration.leased(...)` describes, if `version` is unchanged.

        Raises LeaseHeld, or LeaseLost when the record is gone or no longer reserved.
        """
        ...

    def client_sent(self, registration: Registration, at: int | None) -> Registration:
        """Record when an AddClient is about to be sent, or (None) that none took effect.

        Raises LeaseLost.
        """
        ...

    def complete(self, registration: Registration, mapping: CustomerMapping) -> Registration:
        """Write the mapping and its three uniqueness items. Raises LeaseLost, ClientTaken."""
        ...

    def finish(self, registration: Registration, *, at: int) -> None:
        """Record that the mail and the Case are enqueued."""
        ...

    def release_lease(self, registration: Registration) -> None:
        """Release the lease, so that the same request can continue at once. Raises LeaseLost."""
        ...

    def release(self, registration: Registration) -> None:
        """Release e-mail and Account and delete the record. Raises LeaseLost."""
        ...
