"""Reading the mapping between identities."""

from __future__ import annotations

from typing import Protocol

from portal.domain.identity import CustomerMapping


class CustomerDirectory(Protocol):
    """Strongly consistent look-ups of complete mappings; None when there is none (yet)."""

    def by_user(self, user_id: str) -> CustomerMapping | None:
        """The mapping of a Cognito `sub`."""
        ...

    def by_account(self, sf_account_id: str) -> CustomerMapping | None:
        """The mapping of a Salesforce Account."""
        ...


class EmailDirectory(Protocol):
    """From an address to its user."""

    def user_id_of(self, email: str) -> str | None:
        """The `sub` of a complete mapping with this normalised address; one read either way."""
        ...
