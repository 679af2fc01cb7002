"""Time that only tests move."""

from __future__ import annotations


class FakeClock:
    """Epoch seconds; call it to read, `advance` to move."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds
