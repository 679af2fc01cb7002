"""Handled events and waiting jobs, in the idempotency table.

Items: `ESIMEVENT#<provider>#<event id>` and `ESIMWAIT#<provider>#<line id>`. Losing them is
harmless, because the jobs poll as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from portal.engine.model import Task
from portal.repositories.dynamodb import Table

KEEP_EVENTS_SECONDS = 7 * 86_400  # Svix repeats deliveries for a little over a day
KEEP_WAITS_SECONDS = 8 * 86_400  # longer than the longest patience of a job


class DynamoSeenEvents:
    """`SeenEvents` over DynamoDB."""

    def __init__(self, table: Table, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    def seen(self, provider: str, event_id: str) -> bool:
        """TTL deletes late, so the time is checked here."""
        item = self._table.get(_event(provider, event_id))
        return item is not None and int(item["expiration"]) > self._clock()

    def remember(self, provider: str, event_id: str) -> None:
        """Record the event for a week."""
        expiration = int(self._clock()) + KEEP_EVENTS_SECONDS
        self._table.put({**_event(provider, event_id), "expiration": expiration})


class DynamoEsimWaits:
    """`EsimWaits` over DynamoDB."""

    def __init__(self, table: Table, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    def wait(self, provider: str, line_ids: Sequence[str], task: Task) -> None:
        """Write one item per line."""
        expiration = int(self._clock()) + KEEP_WAITS_SECONDS
        for line_id in line_ids:
            self._table.put(
                {
                    **_wait(provider, line_id),
                    "jobId": task.job_id,
                    "attempt": task.attempt,
                    "expiration": expiration,
                }
            )

    def who_waits(self, provider: str, line_id: str) -> Task | None:
        """TTL deletes late, so the time is checked here."""
        item = self._table.get(_wait(provider, line_id))
        if item is None or int(item["expiration"]) <= self._clock():
            return None
        return Task(str(item["jobId"]), int(item["attempt"]))


def _event(provider: str, event_id: str) -> dict[str, str]:
    return {"id": f"ESIMEVENT#{provider}#{event_id}"}


def _wait(provider: str, line_id: str) -> dict[str, str]:
    return {"id": f"ESIMWAIT#{provider}#{line_id}"}
