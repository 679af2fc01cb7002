"""Rate counters in the ephemeral table: items `RATE#<key>#<window>`."""

from __future__ import annotations

import time
from collections.abc import Callable

from portal.repositories.dynamodb import ConditionFailed, Table


class DynamoRateCounters:
    """`RateCounters` over the ephemeral table.

    The window's number is part of the key, so a late deletion by TTL does not matter.
    """

    def __init__(self, table: Table, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    def hit(self, key: str, *, limit: int, seconds: int) -> int | None:
        """Count one request. Returns None when it is allowed, else the seconds to wait."""
        now = int(self._clock())
        ends = (now // seconds + 1) * seconds
        try:
            self._table.update(
                _window(key, now, seconds),
                set="SET #expires = :expires ADD hits :one",
                condition="attribute_not_exists(hits) OR hits < :limit",
                names={"#expires": "expiration"},
                values={":expires": ends + seconds, ":one": 1, ":limit": limit},
            )
        except ConditionFailed:
            return ends - now
        return None

    def so_far(self, key: str, *, seconds: int) -> int:
        """Attempts that were counted in the current window."""
        item = self._table.get(_window(key, int(self._clock()), seconds))
        return int(item["hits"]) if item else 0

    def forget(self, key: str, *, seconds: int) -> None:
        """Set the count of the current window back to zero."""
        self._table.delete(_window(key, int(self._clock()), seconds))


def _window(key: str, now: int, seconds: int) -> dict[str, str]:
    return {"pk": f"RATE#{key}#{now // seconds}"}
