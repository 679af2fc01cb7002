"""Times of mails with activation codes, in the ephemeral table: `ESIMMAIL#<line id>`."""

from __future__ import annotations

import time
from collections.abc import Callable

from portal.repositories.dynamodb import Table

REMEMBER_SECONDS = 3_600


class DynamoActivationMails:
    """`ActivationMails` over DynamoDB."""

    def __init__(self, table: Table, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    def sent(self, line_id: str) -> None:
        """Record that the mail was sent now. The item expires after an hour."""
        expiration = int(self._clock()) + REMEMBER_SECONDS
        self._table.put({**_key(line_id), "expiration": expiration})

    def lately(self, line_id: str) -> bool:
        """Return whether it was sent within an hour. TTL deletes late, so the time is checked."""
        item = self._table.get(_key(line_id))
        return item is not None and int(item["expiration"]) > self._clock()


def _key(line_id: str) -> dict[str, str]:
    return {"pk": f"ESIMMAIL#{line_id}"}
