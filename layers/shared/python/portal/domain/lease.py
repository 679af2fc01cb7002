"""The right to work on something alone for a while."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

LONGEST_SECONDS = 960
"""Longer than any lease that is given: a Lambda's longest run and a minute for clocks that differ.

A lease that ends later than that from now was written by a clock that was wrong.
"""


@dataclass(frozen=True)
class Lease:
    """Held by `owner` until `until` (epoch seconds); the owner is one invocation or request.

    When a lease has run out, nobody works under it any more: whoever takes one makes it outlast
    the invocation that it is taken in.
    """

    owner: str
    until: int

    def held(self, now: float) -> bool:
        """Whether somebody may still be at work."""
        return now < self.until <= now + LONGEST_SECONDS


NOT_LEASED = Lease(owner="", until=0)
"""The lease of what nobody has worked on."""


def new_lease(now: float, seconds: float) -> Lease:
    """A lease of an owner that nobody else is, for at most LONGEST_SECONDS from now."""
    return Lease(owner=uuid.uuid4().hex, until=int(now + min(seconds, LONGEST_SECONDS)))


class LeaseHeld(Exception):
    """Somebody else works on it; it may be taken at `until` (epoch seconds)."""

    def __init__(self, until: int) -> None:
        super().__init__(f"held until {until}")
        self.until = until


class LeaseLost(Exception):
    """Somebody else has taken over, or the record is gone: stop at once and change nothing."""
