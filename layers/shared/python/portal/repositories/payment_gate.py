"""Remembered answers of the payment gate, in the ephemeral table: `PAYS#<client id>`."""

from __future__ import annotations

import time
from collections.abc import Callable

from portal.repositories.dynamodb import Table

REMEMBER_SECONDS = 300


class DynamoYesStore:
    """`YesStore` over DynamoDB; holds a number and a time, nothing about the card."""

    def __init__(self, table: Table, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    def remembered(self, client_id: int) -> bool:
        """TTL deletes late, so the time is checked here."""
        item = self._table.get(_key(client_id))
        return item is not None and int(item["expiration"]) > self._clock()

    def remember(self, client_id: int) -> None:
        """For five minutes."""
        expiration = int(self._clock()) + REMEMBER_SECONDS
        self._table.put({**_key(client_id), "expiration": expiration})

    def forget(self, client_id: int) -> None:
        """At once."""
        self._table.delete(_key(client_id))


def _key(client_id: int) -> dict[str, str]:
    return {"pk": f"PAYS#{client_id}"}
