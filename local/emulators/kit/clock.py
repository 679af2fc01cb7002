"""A clock that tests can move, for example past the expiry of tokens and sessions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that shows the real time plus an offset."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the emulator's time in UTC."""
        return datetime.now(UTC) + self._offset

    def advance(self, seconds: float) -> None:
        """Move the clock by so many seconds; a negative number moves it back."""
        self._offset += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Set the clock back to real time."""
        self._offset = timedelta()


class ObservedClock(Clock):
    """A clock that calls a function when it was moved."""

    def __init__(self, moved: Callable[[], None]) -> None:
        super().__init__()
        self._moved = moved

    def advance(self, seconds: float) -> None:
        """Move the clock and call the function."""
        super().advance(seconds)
        self._moved()
