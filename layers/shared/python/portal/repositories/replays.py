"""Signed requests that were refused, so that nobody can send a copy of one.

They are items `REPLAY#<fingerprint of the request>` of the ephemeral table. `exp` is in epoch
seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from portal.repositories.dynamodb import Table

# A timestamp may differ from the portal's clock by 300 s, so a request is valid for at most 600 s.
KEEP_SECONDS = 900


class DynamoReplayGuard:
    """`ReplayGuard` over the ephemeral table. It keeps a request longer than its validity."""

    def __init__(self, table: Table, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    def refused_before(self, fingerprint: str) -> bool:
        """Whether `refuse` was called for it. The time is compared, because TTL deletes late."""
        item = self._table.get(_key(fingerprint))
        return item is not None and int(item["exp"]) > self._clock()

    def refuse(self, fingerprint: str) -> None:
        """Remember that the request was refused."""
        until = int(self._clock()) + KEEP_SECONDS
        self._table.put({**_key(fingerprint), "exp": until, "expiration": until})


def _key(fingerprint: str) -> dict[str, str]:
    return {"pk": f"REPLAY#{fingerprint}"}
