"""The links by which a customer proves to read the address that Salesforce holds."""

from __future__ import annotations

from typing import Protocol


class ProofTokens(Protocol):
    """Tokens that stand for an Account for a while; only their hashes are kept."""

    def issue(self, account_id: str) -> str:
        """A new token for the link in a mail; it exists nowhere else in clear."""
        ...

    @property
    def valid_minutes(self) -> int:
        """How long a token works."""
        ...

    def account_of(self, token: str) -> str | None:
        """The Account that it proves; None when it is too old or not ours."""
        ...
