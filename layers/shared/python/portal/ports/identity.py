"""The ports for reading the mapping between identities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from portal.domain.identity import CustomerMapping
from portal.ports.accounts import Account


class CustomerDirectory(Protocol):
    """Finds complete mappings by strongly consistent reads."""

    def by_user(self, user_id: str) -> CustomerMapping | None:
        """Return the mapping of a Cognito `sub`; None when there is none yet."""
        ...

    def by_account(self, sf_account_id: str) -> CustomerMapping | None:
        """Return the mapping of a Salesforce Account; None when there is none yet."""
        ...


CurrentMapping = Callable[[CustomerMapping], CustomerMapping]
"""Finds the customer's Account again when Salesforce does not know the mapping's Account.

Returns the same mapping when nothing was merged. Raises Problem `account-conflict` and the errors
of `portal.domain.upstream`.
"""


class CustomerSearch(CustomerDirectory, Protocol):
    """`CustomerDirectory`, and the business key."""

    def by_customer_number(self, number: str) -> CustomerMapping | None:
        """The mapping of a customer number, whatever its case."""
        ...


class AccountTaken(Exception):
    """The Salesforce Account or the customer number belongs to another portal user."""


class MappingChanged(Exception):
    """The mapping is not the one that was read any more: read it again."""


@dataclass(frozen=True, kw_only=True)
class Remap:
    """A change of a portal user's Account; `at` is epoch seconds."""

    at: float
    from_account: str
    to_account: str
    former_number: str
    reason: str


class CustomerRemaps(Protocol):
    """Changing which Salesforce Account a portal user is."""

    def remap(
        self, mapping: CustomerMapping, account: Account, *, reason: str, at: float
    ) -> CustomerMapping:
        """Give the portal user another Account; returns the new mapping.

        `reason` and `at` (epoch seconds) are kept in the mapping's record. The user keeps the
        former customer number as well, so that nobody else can register with it. Raises
        AccountTaken, MappingChanged, and the errors of `portal.domain.upstream`.
        """
        ...


class CustomerRecords(CustomerRemaps, Protocol):
    """What operators change."""

    def remove(self, mapping: CustomerMapping) -> None:
        """Forget the mapping: e-mail, WHMCS client, Account and customer number are free again.

        Raises MappingChanged, and the errors of `portal.domain.upstream`.
        """
        ...


class CustomerProfiles(Protocol):
    """What customers change of themselves."""

    def set_language(self, mapping: CustomerMapping, language: str) -> CustomerMapping:
        """The mapping with the language of mails. Raises MappingChanged when it is gone."""
        ...


class EmailDirectory(Protocol):
    """Finds users by their address."""

    def user_id_of(self, email: str) -> str | None:
        """Return the `sub` of the complete mapping with this normalised address, or None.

        It makes one read in both cases, so the time does not tell whether the address is known.
        """
        ...


class OperatorDirectory(CustomerSearch, EmailDirectory, Protocol):
    """Every way to find a portal user, and its history."""

    def remaps_of(self, user_id: str) -> list[Remap]:
        """The changes of the user's Account, oldest first."""
        ...
