"""The port for counting requests against rate limits."""

from __future__ import annotations

from typing import Protocol


class RateCounters(Protocol):
    """Counts requests in fixed windows. All execution environments share the counters."""

    def hit(self, key: str, *, limit: int, seconds: int) -> int | None:
        """Count one request. Returns None when it is within `limit` per window of `seconds`.

        Otherwise it returns the seconds until the window ends (at least 1) and does not count the
        request. Raises Unavailable; then the request must be refused.
        """
        ...

    def so_far(self, key: str, *, seconds: int) -> int:
        """Attempts that were counted in the current window."""
        ...

    def forget(self, key: str, *, seconds: int) -> None:
        """Set the count of the current window back to zero."""
        ...
