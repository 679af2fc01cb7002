"""Signed requests that were answered without being recorded as a key, so that nobody repeats one.

Items in the ephemeral table: `REPLAY#<fingerprint of the request>` with `exp`, epoch seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from portal.repositories.dynamodb import Table

# A timestamp is accepted 300 s either way of ours, so a request lives at most 600 s.
KEEP_SECONDS = 900


class DynamoReplayGuard:
    """Remembers requests for as long as they could be accepted."""

    def __init__(self, table: Table, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    def refused_before(self, fingerprint: str) -> bool:
        """Whether `refuse` was called for it; the TTL is not trusted, the time is compared."""
        item = self._table.get(_key(fingerprint))
        return item is not None and int(item["exp"]) > self._clock()

    def refuse(self, fingerprint: str) -> None:
        """Remember it."""
        until = int(self._clock()) + KEEP_SECONDS
        self._table.put({**_key(fingerprint), "exp": until, "expiration": until})


def _key(fingerprint: str) -> dict[str, str]:
    return {"pk": f"REPLAY#{fingerprint}"}
