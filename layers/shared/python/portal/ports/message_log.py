"""The port for the log of messages: which are done, which wait, and how often each was run.

The log and not the message holds the number of runs. It is written before the work begins, so a
run that kills its worker counts. All copies of a message share it: standard queues may deliver
twice, and a worker may die between sending a copy and deleting the original. It is deleted when a
message is given up, so a dead letter that is sent again starts from the beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from portal.domain.lease import Lease


@dataclass(frozen=True)
class Progress:
    """The history of a message. Times are epoch seconds.

    `runs` counts the first run and its retries, but no run that only waited. `waits` counts the
    waits in a row for another system, and `waiting_since` is the start of the first one. `sent_at`
    is when the message was first put on the queue.
    """

    sent_at: float
    runs: int = 1
    waits: int = 0
    waiting_since: float | None = None


@dataclass(frozen=True)
class Claim:
    """The right to work on the message with a key, under a lease."""

    key: str
    lease: Lease
    progress: Progress


class Finding(StrEnum):
    """The reason why a message cannot be claimed."""

    DONE = "done"
    BUSY = "busy"
    NOT_YET = "not yet"
    IN_DOUBT = "in doubt"


@dataclass(frozen=True)
class NotClaimed:
    """The message was not claimed. `until` is when BUSY or NOT_YET ends (epoch seconds)."""

    finding: Finding
    until: float = 0.0


class MessageLog(Protocol):
    """Lets one worker at a time work on the message with a key.

    All methods raise the errors of `portal.domain.upstream`. Those that take a claim also raise
    LeaseLost.
    """

    def claim(self, key: str, lease: Lease, *, now: float, sent_at: float) -> Claim | NotClaimed:
        """Claim the message under the lease and count a run. Says why not when it cannot.

        `sent_at` is when this copy of the message was put on the queue (epoch seconds).
        """
        ...

    def sending(self, claim: Claim) -> None:
        """Record that the effect is about to happen, and from now on may have happened."""
        ...

    def done(self, claim: Claim, outcome: str, reference: str = "") -> None:
        """Record how the work ended. `reference` identifies its effect in the other system."""
        ...

    def wait(self, claim: Claim, progress: Progress, *, until: float, code: str) -> None:
        """Release the claim when the effect did not happen. The next run is not before `until`."""
        ...

    def forget(self, claim: Claim) -> None:
        """Delete the record when the effect did not happen, so that the message can start again."""
        ...
