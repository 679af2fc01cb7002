"""`ResetTokens` in memory."""

from __future__ import annotations

import itertools
from collections import Counter

from portal.ports.reset_tokens import ResetGrant

from tests.fakes.clock import FakeClock

VALID_SECONDS = 1800


class FakeResetTokens:
    """The hash of a token is its number here."""

    def __init__(self, clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.tokens: dict[str, tuple[str, int, int]] = {}
        self.epochs: Counter[str] = Counter()
        self._numbers = itertools.count(1)

    def issue(self, user_id: str) -> str:
        token = f"token-{next(self._numbers)}"
        expires_at = int(self.clock()) + VALID_SECONDS
        self.tokens[token] = (user_id, expires_at, self.epochs[user_id])
        return token

    @property
    def valid_minutes(self) -> int:
        return VALID_SECONDS // 60

    def redeem(self, token: str) -> ResetGrant | None:
        user_id, expires_at, epoch = self.tokens.pop(token, ("", 0, 0))
        if expires_at <= self.clock() or epoch != self.epochs[user_id]:
            return None
        self.void(user_id)
        return ResetGrant(user_id, token.removeprefix("token-"), expires_at, self.epochs[user_id])

    def give_back(self, grant: ResetGrant) -> None:
        if self.epochs[grant.user_id] != grant.epoch:
            return
        self.tokens[f"token-{grant.token_hash}"] = (
            grant.user_id,
            grant.expires_at,
            self.epochs[grant.user_id],
        )

    def void(self, user_id: str) -> None:
        self.epochs[user_id] += 1
