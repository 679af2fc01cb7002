"""Two queues of one consumer: fresh messages, and messages that wait for another system.

An outage leaves thousands of messages behind. On a queue of their own, with their own share of
the consumer's concurrency, they do not stand between a fresh message and the consumer (ADR 21).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ConsumedQueue:
    """A queue as its consumer needs it.

    `send` enqueues a body that comes after so many seconds (at most 900); `postpone` lets a
    received message, by its receipt handle, come back in so many seconds. Both raise the errors
    of `portal.domain.upstream`.
    """

    name: str
    send: Callable[[str, float], None]
    postpone: Callable[[str, float], None]


@dataclass(frozen=True)
class FreshAndWaiting:
    """Both queues. A message that waits for a system which is down goes over to `waiting`."""

    fresh: ConsumedQueue
    waiting: ConsumedQueue

    def of(self, record: Mapping[str, Any]) -> ConsumedQueue:
        """The queue that a record of a Lambda event came from."""
        name = record["eventSourceARN"].rpartition(":")[2]
        return self.waiting if name == self.waiting.name else self.fresh
