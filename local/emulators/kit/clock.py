"""A clock that tests can move: vendors expire tokens, links and sessions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Real time plus an offset."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        """Aware UTC time as this emulator sees it."""
        return datetime.now(UTC) + self._offset

    def advance(self, seconds: float) -> None:
        """Move this emulator's clock; negative moves it back."""
        self._offset += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Back to real time."""
        self._offset = timedelta()


class ObservedClock(Clock):
    """Tells somebody when it was moved."""

    def __init__(self, moved: Callable[[], None]) -> None:
        super().__init__()
        self._moved = moved

    def advance(self, seconds: float) -> None:
        """Move the clock, then tell."""
        super().advance(seconds)
        self._moved()
