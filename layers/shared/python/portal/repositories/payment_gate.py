"""Remembered answers of the payment gate, in the ephemeral table: `PAYS#<client id>`."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

from portal.repositories.dynamodb import Table

REMEMBER_SECONDS = 300


class DynamoYesStore:
    """`YesStore` over DynamoDB; holds a number and two times, nothing else about the card."""

    def __init__(self, table: Table, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    def remembered(self, client_id: int, today: date) -> bool:
        """TTL deletes late, so the time is checked here; the day is the reseller's."""
        item = self._table.get(_key(client_id))
        if item is None or int(item["expiration"]) <= self._clock():
            return False
        return today <= date.fromisoformat(item["through"])

    def remember(self, client_id: int, *, through: date) -> None:
        """For five minutes."""
        expiration = int(self._clock()) + REMEMBER_SECONDS
        item = {**_key(client_id), "through": through.isoformat(), "expiration": expiration}
        self._table.put(item)

    def forget(self, client_id: int) -> None:
        """At once."""
        self._table.delete(_key(client_id))


def _key(client_id: int) -> dict[str, str]:
    return {"pk": f"PAYS#{client_id}"}
