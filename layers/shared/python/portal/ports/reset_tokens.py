"""The port for password reset tokens, which have 256 bits and are valid once, for 30 minutes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, repr=False)
class ResetGrant:
    """A token that was just used up, with the data that makes it valid again.

    `epoch` is the user's epoch that the redemption began. It identifies this grant.
    """

    user_id: str
    token_hash: str
    expires_at: int
    epoch: int


class ResetTokens(Protocol):
    """Issues and redeems tokens. The mail sender issues them; POST /auth/reset-password redeems."""

    def issue(self, user_id: str) -> str:
        """Return a new token for the link in a mail. Only its hash is stored."""
        ...

    @property
    def valid_minutes(self) -> int:
        """The minutes for which a token is valid."""
        ...

    def redeem(self, token: str) -> ResetGrant | None:
        """Use up the token and every other token of its user. Returns None for an invalid one.

        Only one of several simultaneous calls gets the grant.
        """
        ...

    def give_back(self, grant: ResetGrant) -> None:
        """Make the token valid again when the password was not changed.

        Does nothing when another token of the user was used or all were voided meanwhile.
        """
        ...

    def void(self, user_id: str) -> None:
        """Make every token of the user invalid."""
        ...
