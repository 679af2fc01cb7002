"""The ports for reading the mapping between identities."""

from __future__ import annotations

from typing import Protocol

from portal.domain.identity import CustomerMapping


class CustomerDirectory(Protocol):
    """Finds complete mappings by strongly consistent reads."""

    def by_user(self, user_id: str) -> CustomerMapping | None:
        """Return the mapping of a Cognito `sub`; None when there is none yet."""
        ...

    def by_account(self, sf_account_id: str) -> CustomerMapping | None:
        """Return the mapping of a Salesforce Account; None when there is none yet."""
        ...


class EmailDirectory(Protocol):
    """Finds users by their address."""

    def user_id_of(self, email: str) -> str | None:
        """Return the `sub` of the complete mapping with this normalised address, or None.

        It makes one read in both cases, so the time does not tell whether the address is known.
        """
        ...
