"""Password reset tokens: 256 bits, kept as a hash, 30 minutes, used once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, repr=False)
class ResetGrant:
    """A token that was just used up: whose it was, and what it takes to give it back.

    `epoch` is the one that using it up began, and so the mark of who holds this grant.
    """

    user_id: str
    token_hash: str
    expires_at: int
    epoch: int


class ResetTokens(Protocol):
    """The mail sender issues tokens when it renders; POST /auth/reset-password uses them up."""

    def issue(self, user_id: str) -> str:
        """A new token for the link in a mail; it exists nowhere else in clear."""
        ...

    @property
    def valid_minutes(self) -> int:
        """How long a token works."""
        ...

    def redeem(self, token: str) -> ResetGrant | None:
        """Use it up together with every other token of its user; None when it is no good.

        Of any number of simultaneous calls one gets the grant.
        """
        ...

    def give_back(self, grant: ResetGrant) -> None:
        """Make the token good again: what it was redeemed for did not happen.

        Does nothing when another token of the user was used or all were voided meanwhile.
        """
        ...

    def void(self, user_id: str) -> None:
        """No token issued so far works any more."""
        ...
