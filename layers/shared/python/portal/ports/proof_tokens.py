"""Tokens of links that prove that a customer reads the mails to the Account's address."""

from __future__ import annotations

from typing import Protocol


class ProofTokens(Protocol):
    """Tokens that stand for an Account for a limited time. Only their hashes are stored."""

    def issue(self, account_id: str) -> str:
        """Return a new token for the link in a mail. Only its hash is stored."""
        ...

    @property
    def valid_minutes(self) -> int:
        """The number of minutes for which a token is valid."""
        ...

    def account_of(self, token: str) -> str | None:
        """Return the token's Account; None for an expired or unknown token."""
        ...
