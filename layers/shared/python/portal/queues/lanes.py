"""Two queues for one worker: fresh jobs, and jobs that wait for an upstream which is down.

An outage leaves thousands of jobs behind. On a queue of their own, with their own share of the
worker's concurrency, they do not stand between a fresh order and the worker (ADR 21).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.engine.ports import Queue


@dataclass(frozen=True)
class Lane:
    """One of the queues that the worker consumes.

    `name` is the queue's own; `postpone` lets a message, by its receipt handle, come back in so
    many seconds (raises Unavailable).
    """

    name: str
    tasks: Queue
    postpone: Callable[[str, float], None]


@dataclass(frozen=True)
class Lanes:
    """Both queues. A job goes over to `waiting` when an upstream is down, and stays there."""

    fresh: Lane
    waiting: Lane

    def of(self, record: dict[str, Any]) -> Lane:
        """Where a record of a Lambda event came from."""
        name = record["eventSourceARN"].rpartition(":")[2]
        return self.waiting if name == self.waiting.name else self.fresh
