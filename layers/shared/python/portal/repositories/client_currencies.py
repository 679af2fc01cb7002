"""Remembered currencies of WHMCS clients, in the ephemeral table: `CURRENCY#<client id>`.

WHMCS does not allow changing a client's currency once there are invoices.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from portal.ports.invoicing import ClientCurrencies
from portal.repositories.dynamodb import Table

REMEMBER_SECONDS = 30 * 86_400


class RememberedCurrencies:
    """`ClientCurrencies` that reads each client's currency from another source once a month."""

    def __init__(
        self, source: ClientCurrencies, table: Table, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._source = source
        self._table = table
        self._clock = clock

    def of_client(self, client_id: int) -> str | None:
        """Return the currency. TTL deletes late, so it checks the time. None is not stored."""
        key = {"pk": f"CURRENCY#{client_id}"}
        item = self._table.get(key)
        if item is not None and int(item["expiration"]) > self._clock():
            return str(item["currency"])
        currency = self._source.of_client(client_id)
        if currency is not None:
            expiration = int(self._clock()) + REMEMBER_SECONDS
            self._table.put({**key, "currency": currency, "expiration": expiration})
        return currency
