"""Two queues of one consumer: fresh messages, and messages that wait for another system.

An outage leaves thousands of waiting messages behind. They have a queue of their own with its own
share of the consumer's concurrency, so that they do not delay fresh messages (ADR 21).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ConsumedQueue:
    """The operations on a queue that its consumer needs.

    `send` enqueues a body with a delay in seconds (at most 900). `postpone` sets the visibility
    timeout of a received message, by its receipt handle, to a number of seconds. Both raise the
    errors of `portal.domain.upstream`.
    """

    name: str
    send: Callable[[str, float], None]
    postpone: Callable[[str, float], None]


@dataclass(frozen=True)
class FreshAndWaiting:
    """Both queues of a consumer. A message is parked on `waiting` while another system is down."""

    fresh: ConsumedQueue
    waiting: ConsumedQueue

    def of(self, record: Mapping[str, Any]) -> ConsumedQueue:
        """Return the queue that a record of a Lambda event came from."""
        name = record["eventSourceARN"].rpartition(":")[2]
        return self.waiting if name == self.waiting.name else self.fresh
