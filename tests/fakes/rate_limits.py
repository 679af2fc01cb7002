"""`RateCounters` in memory."""

from __future__ import annotations

from collections import Counter

from tests.fakes.clock import FakeClock


class FakeRateCounters:
    """Fixed windows on a fake clock."""

    def __init__(self, clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.hits: Counter[tuple[str, int]] = Counter()

    def hit(self, key: str, *, limit: int, seconds: int) -> int | None:
        now = int(self.clock())
        window = (key, now // seconds)
        if self.hits[window] >= limit:
            return (now // seconds + 1) * seconds - now
        self.hits[window] += 1
        return None

    def so_far(self, key: str, *, seconds: int) -> int:
        return self.hits[(key, int(self.clock()) // seconds)]

    def forget(self, key: str, *, seconds: int) -> None:
        self.hits.pop((key, int(self.clock()) // seconds), None)
