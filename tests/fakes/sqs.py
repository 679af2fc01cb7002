"""SQS in memory for one consumer: a fresh, a waiting and a dead-letter queue, and time.

Messages have a visibility, a receive count and the time at which they were sent. A message that
was received as often as it may goes to the dead letters.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.domain.upstream import Unavailable
from portal.queues.fresh_and_waiting import ConsumedQueue, FreshAndWaiting

from tests.events import FakeContext
from tests.fakes.clock import FakeClock

VISIBILITY = 360.0
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


@dataclass
class Stored:
    """A message in a queue."""

    id: str
    body: str
    sent_at: float
    visible_at: float
    receives: int = 0


@dataclass
class FakeSqsQueue:
    """One queue; `down` makes it refuse what is sent to it."""

    name: str
    clock: FakeClock
    numbers: itertools.count[int]
    messages: list[Stored] = field(default_factory=list)
    down: bool = False

    @property
    def consumed(self) -> ConsumedQueue:
        """As its consumer needs it."""
        return ConsumedQueue(name=self.name, send=self.send, postpone=self.postpone)

    @property
    def bodies(self) -> list[Any]:
        """The bodies of its messages; as text when they are no JSON."""
        return [_parsed(message.body) for message in self.messages]

    def send(self, body: str, delay: float = 0.0) -> None:
        assert 0 <= delay <= 900, delay
        if self.down:
            raise Unavailable("sqs", "SendMessageBatch", "down")
        now = self.clock()
        self.messages.append(Stored(f"message-{next(self.numbers)}", body, now, now + int(delay)))

    def postpone(self, receipt: str, seconds: float) -> None:
        next(m for m in self.messages if m.id == receipt).visible_at = self.clock() + int(seconds)


class FakeSqs:
    """The queues of a consumer; `deliver` works on what is due, `run` lets time pass."""

    def __init__(self, clock: FakeClock, *, max_receives: int = 6) -> None:
        self.clock = clock
        self.max_receives = max_receives
        numbers = itertools.count()
        self.fresh, self.waiting, self.dead = (
            FakeSqsQueue(name, clock, numbers) for name in ("fresh", "waiting", "dead")
        )
        self.queues = FreshAndWaiting(self.fresh.consumed, self.waiting.consumed)

    def put(self, body: Any) -> None:
        """A producer sends a message."""
        self.fresh.send(body if isinstance(body, str) else json.dumps(body))

    def deliver(self, handler: Handler, *, remaining_ms: int = 60_000) -> int:
        """Hand every visible message over, one by one; returns how many there were."""
        delivered = 0
        for queue in (self.fresh, self.waiting):
            for message in [m for m in queue.messages if m.visible_at <= self.clock()]:
                if message.receives >= self.max_receives:
                    queue.messages.remove(message)
                    self.dead.messages.append(message)
                    continue
                message.receives += 1
                message.visible_at = self.clock() + VISIBILITY
                delivered += 1
                event = {"Records": [_record(message, queue.name)]}
                answer = handler(event, FakeContext(remaining_ms=remaining_ms))
                if not answer["batchItemFailures"]:
                    queue.messages.remove(message)
        return delivered

    def run(self, handler: Handler, *, hours: float) -> None:
        """Let so much time pass, delivering what becomes visible."""
        end = self.clock.now + hours * 3_600
        while (following := self._next_at()) is not None and following <= end:
            self.clock.now = max(self.clock.now, following)
            self.deliver(handler)
        self.clock.now = end

    def redrive(self) -> None:
        """An operator sends the dead letters again, as new messages."""
        for message in self.dead.messages:
            self.fresh.send(message.body)
        self.dead.messages.clear()

    def _next_at(self) -> float | None:
        messages = [*self.fresh.messages, *self.waiting.messages]
        return min((message.visible_at for message in messages), default=None)


def _record(message: Stored, queue: str) -> Mapping[str, Any]:
    return {
        "messageId": message.id,
        "receiptHandle": message.id,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.receives),
            "SentTimestamp": str(int(message.sent_at * 1000)),
        },
        "messageAttributes": {},
        "eventSourceARN": f"arn:aws:sqs:ap-northeast-1:123456789012:{queue}",
    }


def _parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body
