"""Password reset tokens in the ephemeral table.

`RESET#<sha256>` is one token. `RESETS#<user id>` holds the user's epoch, which each redemption
increases. A token is valid in the epoch in which it was issued, so the first redemption voids all
other tokens of the user.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from typing import Any

from portal.observability import logger
from portal.ports.reset_tokens import ResetGrant
from portal.repositories.dynamodb import Table, TransactionRefused

TOKEN_BYTES = 32
VALID_SECONDS = 1800
# The epoch outlives every token that refers to it.
_EPOCH_SECONDS = 86_400


class DynamoResetTokens:
    """`ResetTokens` over the ephemeral table."""

    def __init__(self, table: Table, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    def issue(self, user_id: str) -> str:
        """Return a new token for the link in a mail. Only its hash is stored."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        expires_at = int(self._clock()) + VALID_SECONDS
        epoch = self._epoch(user_id)
        # Nobody else knows the token, so its item is written without a condition.
        self._table.put(_token(user_id, hash_of(token), expires_at, epoch))
        return token

    @property
    def valid_minutes(self) -> int:
        """The minutes for which a token is valid."""
        return VALID_SECONDS // 60

    def redeem(self, token: str) -> ResetGrant | None:
        """Use up the token and every other token of its user. Returns None for an invalid one."""
        now = int(self._clock())
        token_hash = hash_of(token)
        item = self._table.get(_token_key(token_hash))
        if item is None or item["expiresAt"] <= now:
            return None
        try:
            self._table.transact(
                [
                    {
                        "Delete": {
                            "key": _token_key(token_hash),
                            "condition": "expiresAt > :now",
                            "values": {":now": now},
                        }
                    },
                    _next_epoch(item["userId"], item["epoch"], now),
                ]
            )
        except TransactionRefused:
            return None
        return ResetGrant(
            user_id=str(item["userId"]),
            token_hash=token_hash,
            expires_at=int(item["expiresAt"]),
            epoch=int(item["epoch"]) + 1,
        )

    def give_back(self, grant: ResetGrant) -> None:
        """Make the token valid again, unless a later epoch has begun since the grant."""
        still_ours = {
            "Check": {
                "key": _epoch_key(grant.user_id),
                "condition": "epoch = :epoch",
                "values": {":epoch": grant.epoch},
            }
        }
        token = _token(grant.user_id, grant.token_hash, grant.expires_at, grant.epoch)
        try:
            self._table.transact([still_ours, {"Put": {"item": token}}])
        except TransactionRefused:
            logger().info("reset token stays used: the password was changed meanwhile")

    def void(self, user_id: str) -> None:
        """Make every token of the user invalid."""
        self._table.update(
            _epoch_key(user_id),
            set="SET #expires = :expires ADD epoch :one",
            names={"#expires": "expiration"},
            values={":expires": int(self._clock()) + _EPOCH_SECONDS, ":one": 1},
        )

    def _epoch(self, user_id: str) -> int:
        item = self._table.update(
            _epoch_key(user_id),
            set="SET #expires = :expires, epoch = if_not_exists(epoch, :zero)",
            names={"#expires": "expiration"},
            values={":expires": int(self._clock()) + _EPOCH_SECONDS, ":zero": 0},
        )
        return int(item["epoch"])


def hash_of(token: str) -> str:
    """Return the hash that is stored for a token.

    It needs no salt, because the 256 random bits of a token cannot be guessed.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def _token(user_id: str, token_hash: str, expires_at: int, epoch: int) -> dict[str, Any]:
    return {
        **_token_key(token_hash),
        "userId": user_id,
        "epoch": epoch,
        "expiresAt": expires_at,
        "expiration": expires_at,
    }


def _token_key(token_hash: str) -> dict[str, str]:
    return {"pk": f"RESET#{token_hash}"}


def _epoch_key(user_id: str) -> dict[str, str]:
    return {"pk": f"RESETS#{user_id}"}


def _next_epoch(user_id: str, epoch: int, now: int) -> dict[str, Any]:
    return {
        "Update": {
            "key": _epoch_key(user_id),
            "set": "SET #expires = :expires, epoch = :next",
            "condition": "epoch = :epoch",
            "names": {"#expires": "expiration"},
            "values": {":expires": now + _EPOCH_SECONDS, ":epoch": epoch, ":next": epoch + 1},
        }
    }
