"""Events, who waits for them and who is woken, in memory."""

from __future__ import annotations

from portal.domain.upstream import UpstreamError
from portal.engine.model import Task


class FakeSeenEvents:
    """`SeenEvents` in a set; fails when told."""

    def __init__(self) -> None:
        self.events: set[tuple[str, str]] = set()
        self.failure: UpstreamError | None = None

    def seen(self, provider: str, event_id: str) -> bool:
        return (provider, event_id) in self.events

    def remember(self, provider: str, event_id: str) -> None:
        if self.failure is not None:
            raise self.failure
        self.events.add((provider, event_id))


class FakeWaker:
    """`Waker` that remembers; fails when told."""

    def __init__(self) -> None:
        self.woken: list[Task] = []
        self.failure: UpstreamError | None = None

    def wake(self, task: Task) -> None:
        if self.failure is not None:
            raise self.failure
        self.woken.append(task)
