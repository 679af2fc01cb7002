"""Counting attempts."""

from __future__ import annotations

from typing import Protocol


class RateCounters(Protocol):
    """Counters in fixed windows, shared by all execution environments."""

    def hit(self, key: str, *, limit: int, seconds: int) -> int | None:
        """Count one attempt; None when it is within `limit` per window of `seconds`.

        Otherwise the seconds until the window ends (at least 1); such attempts do not count.
        Raises Unavailable: without the counter nothing is let through.
        """
        ...

    def so_far(self, key: str, *, seconds: int) -> int:
        """Attempts that were counted in the current window."""
        ...

    def forget(self, key: str, *, seconds: int) -> None:
        """Start the current window again."""
        ...
