"""Tokens of sign-up links in the ephemeral table: `PROOF#<sha256>`.

A token may be used several times until it expires, because an interrupted sign-up is repeated.
Once the Account belongs to a user, no sign-up for it succeeds.
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
        """Return a new token for the link in a mail. Only its hash is stored."""
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
        """The number of minutes for which a token is valid."""
        return VALID_SECONDS // 60

    def account_of(self, token: str) -> str | None:
        """Return the token's Account; None for an expired or unknown token."""
        item = self._table.get(_key(token))
        if item is None or item["expiresAt"] <= int(self._clock()):
            return None
        return str(item["accountId"])


def _key(token: str) -> dict[str, str]:
    # No salt: 256 random bits cannot be guessed from a hash.
    return {"pk": f"PROOF#{hashlib.sha256(token.encode()).hexdigest()}"}
