"""What became of messages: which are done, which are waiting, how often each was run.

The number of runs lives here and not in the message. It is written before the work begins, so
that a run which kills its worker counts; all copies of a message share it (standard queues
deliver twice, and a worker may die between sending a copy and deleting the original); and it is
forgotten when a message is given up, so that a dead letter which is sent again starts afresh,
whatever tool sends it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from portal.domain.lease import Lease


@dataclass(frozen=True)
class Progress:
    """What a message has behind it. Times are epoch seconds.

    `runs` counts what may have been the message's or our own fault. `waits` counts the waits in
    a row for another system, `waiting_since` is the first of them. `sent_at` is when the message
    was first put on the queue.
    """

    sent_at: float
    runs: int = 1
    waits: int = 0
    waiting_since: float | None = None


@dataclass(frozen=True)
class Claim:
    """The right to work on the message of a key, under a lease."""

    key: str
    lease: Lease
    progress: Progress


class Finding(StrEnum):
    """Why a message may not be worked on now."""

    DONE = "done"
    BUSY = "busy"
    NOT_YET = "not yet"
    IN_DOUBT = "in doubt"


@dataclass(frozen=True)
class NotClaimed:
    """What was found instead; `until` is the epoch second at which BUSY or NOT_YET ends."""

    finding: Finding
    until: float = 0.0


class MessageLog(Protocol):
    """One worker per key at a time, over however many workers.

    All raise the errors of `portal.domain.upstream`; what needs a claim raises LeaseLost.
    """

    def claim(self, key: str, lease: Lease, *, now: float, sent_at: float) -> Claim | NotClaimed:
        """Become the one who works on it, and count a run.

        `sent_at` is when this copy of the message was put on the queue.
        """
        ...

    def sending(self, claim: Claim) -> None:
        """Record that the effect is about to leave: from now on it may have happened."""
        ...

    def done(self, claim: Claim, outcome: str, reference: str = "") -> None:
        """Record how it ended; `reference` finds the effect in the other system."""
        ...

    def wait(self, claim: Claim, progress: Progress, *, until: float, code: str) -> None:
        """Give the claim back: it certainly did not happen, and is not to be run before."""
        ...

    def forget(self, claim: Claim) -> None:
        """Forget the message: it certainly did not happen, and whoever sends it starts afresh."""
        ...
