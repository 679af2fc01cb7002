"""The provider's ids of a line's top-ups and reissues.

Items of the workflow table: `SERVICE#<WHMCS service id>`, `CHANGE#<provider's id>`. They are
kept for 400 days, like the history of jobs. They distinguish two changes of one line that are
minutes apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from portal.repositories.dynamodb import Table

KEEP = 400 * 86_400
PREFIX = "CHANGE#"


class DynamoLineChanges:
    """`LineChanges` over the workflow table."""

    def __init__(self, table: Table, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    def remember(self, service_id: int, change_id: str, operation_id: str) -> None:
        """Store the id of an operation's change."""
        self._table.put(
            {
                "pk": _pk(service_id),
                "sk": f"{PREFIX}{change_id}",
                "operationId": operation_id,
                "expiration": int(self._clock()) + KEEP,
            }
        )

    def of_others(self, service_id: int, operation_id: str) -> frozenset[str]:
        """Return the ids of changes that other operations made."""
        found = self._table.query(
            where="pk = :pk AND begins_with(sk, :prefix)",
            values={":pk": _pk(service_id), ":prefix": PREFIX},
            ConsistentRead=True,
        )
        return frozenset(
            str(item["sk"]).removeprefix(PREFIX)
            for item in found
            if item.get("operationId") != operation_id
        )


def _pk(service_id: int) -> str:
    return f"SERVICE#{service_id}"
