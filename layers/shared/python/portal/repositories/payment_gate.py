"""Remembered positive answers of the payment gate: items `PAYS#<client id>` that expire."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

from portal.repositories.dynamodb import Table

REMEMBER_SECONDS = 300


class DynamoYesStore:
    """`YesStore` over the ephemeral table. It holds a client id and two times, no card data."""

    def __init__(self, table: Table, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    def remembered(self, client_id: int, today: date) -> bool:
        """Whether a valid answer is stored. `today` is the date in the reseller's time zone.

        The time is compared here, because DynamoDB's TTL deletes late.
        """
        item = self._table.get(_key(client_id))
        if item is None or int(item["expiration"]) <= self._clock():
            return False
        return today <= date.fromisoformat(item["through"])

    def remember(self, client_id: int, *, through: date) -> None:
        """Remember for five minutes that the client can pay until the day `through`."""
        expiration = int(self._clock()) + REMEMBER_SECONDS
        item = {**_key(client_id), "through": through.isoformat(), "expiration": expiration}
        self._table.put(item)

    def forget(self, client_id: int) -> None:
        """Delete the remembered answer of a client."""
        self._table.delete(_key(client_id))


def _key(client_id: int) -> dict[str, str]:
    return {"pk": f"PAYS#{client_id}"}
