"""Known devices in the ephemeral table: `DEVICE#<sha256 of the token>`.

A device is not proof of anything: it only has counts of attempts of its own, so that strangers who
use up those of an account do not shut its owner out.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable

from portal.repositories.dynamodb import Table

TOKEN_BYTES = 24
KNOWN_SECONDS = 180 * 86_400


class DynamoKnownDevices:
    """`KnownDevices` over the ephemeral table."""

    def __init__(self, table: Table, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    def remember(self, email: str) -> str:
        """A new token for a device that has signed in to this account."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        expires_at = int(self._clock()) + KNOWN_SECONDS
        self._table.put(
            {
                **_key(token),
                "account": _hashed(email),
                "expiresAt": expires_at,
                "expiration": expires_at,
            }
        )
        return token

    def knows(self, token: str, email: str) -> bool:
        """Whether the device with this token has signed in to this account."""
        item = self._table.get(_key(token))
        return (
            item is not None
            and item["expiresAt"] > int(self._clock())
            and item["account"] == _hashed(email)
        )


def _key(token: str) -> dict[str, str]:
    return {"pk": f"DEVICE#{_hashed(token)}"}


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
