"""Tokens of sign-up links in the ephemeral table: `PROOF#<sha256>`.

A token may be used several times while it lives, because a sign-up that was interrupted is sent
again. Once the Account is bound to a user, no sign-up for it succeeds any more.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable

from portal.repositories.dynamodb import Table

TOKEN_BYTES = 32
VALID_SECONDS = 3_600


class DynamoProofTokens:
    """`ProofTokens` over the ephemeral table."""

    def __init__(self, table: Table, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    def issue(self, account_id: str) -> str:
        """A new token for the link in a mail; it exists nowhere else in clear."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        expires_at = int(self._clock()) + VALID_SECONDS
        self._table.put(
            {
                **_key(token),
                "accountId": account_id,
                "expiresAt": expires_at,
                "expiration": expires_at,
            }
        )
        return token

    @property
    def valid_minutes(self) -> int:
        """How long a token works."""
        return VALID_SECONDS // 60

    def account_of(self, token: str) -> str | None:
        """The Account that it proves; None when it is too old or not ours."""
        item = self._table.get(_key(token))
        if item is None or item["expiresAt"] <= int(self._clock()):
            return None
        return str(item["accountId"])


def _key(token: str) -> dict[str, str]:
    # No salt: 256 random bits cannot be guessed from a hash.
    return {"pk": f"PROOF#{hashlib.sha256(token.encode()).hexdigest()}"}
