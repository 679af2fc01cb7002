"""A lease: the exclusive right to work on a record until a given time."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

LONGEST_SECONDS = 960
"""The longest lease: the longest run of a Lambda, and a minute because clocks differ.

A lease that ends later than that from now was written by a wrong clock, and counts as free.
"""


@dataclass(frozen=True)
class Lease:
    """A lease that `owner`, one invocation or request, holds until `until` (epoch seconds).

    It must outlast the invocation that takes it, so that nobody works under an expired lease.
    """

    owner: str
    until: int

    def held(self, now: float) -> bool:
        """Whether the owner may still be at work at `now` (epoch seconds)."""
        return now < self.until <= now + LONGEST_SECONDS


NOT_LEASED = Lease(owner="", until=0)
"""The lease of a record that nobody works on."""


def new_lease(now: float, seconds: float) -> Lease:
    """Return a lease with a unique owner, for at most LONGEST_SECONDS from `now`."""
    return Lease(owner=uuid.uuid4().hex, until=int(now + min(seconds, LONGEST_SECONDS)))


class LeaseHeld(Exception):
    """Another owner holds the lease. It can be taken at `until` (epoch seconds)."""

    def __init__(self, until: int) -> None:
        super().__init__(f"held until {until}")
        self.until = until


class LeaseLost(Exception):
    """Another owner has taken the lease, or the record is gone. Stop and change nothing."""
