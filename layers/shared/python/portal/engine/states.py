"""The statuses of a job, and the moves between them.

`MOVES` is the only place that says which transitions exist: `Job.moved` follows it, and
docs/engine.md prints it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """The status of a job.

    `running` is also the status between two retries; the lease tells whether a worker is at work.
    `stopping` means that the job's end is decided, but not everything is undone and reported yet.
    """

    QUEUED = "queued"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    STOPPING = "stopping"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether the job has ended, so that only a person can start it again."""
        return self in ENDINGS


ENDINGS = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELLED})


class Move(StrEnum):
    """An event that moves a job from one status to another."""

    RESTART = "restart"
    TAKE = "take"
    SCHEDULE = "schedule"
    COME_DUE = "come due"
    BRING_BACK = "bring back"
    SUCCEED = "succeed"
    STOP = "stop"
    FAIL = "fail"
    CANCEL = "cancel"


@dataclass(frozen=True)
class Row:
    """One move: from which statuses it is allowed, where it leads, and when it happens."""

    move: Move
    sources: tuple[Status, ...]
    target: Status | None
    when: str

    def leads(self) -> Iterator[tuple[Status, Status]]:
        """Yield every pair of statuses that this row allows. Without a target the status stays."""
        for source in self.sources:
            yield source, self.target or source


MOVES = (
    Row(
        Move.RESTART,
        (Status.FAILED, Status.CANCELLED),
        Status.QUEUED,
        "A person starts the next attempt.",
    ),
    Row(
        Move.TAKE,
        (Status.QUEUED, Status.SCHEDULED, Status.RUNNING),
        Status.RUNNING,
        "A worker takes the lease.",
    ),
    Row(
        Move.TAKE,
        (Status.STOPPING,),
        Status.STOPPING,
        "A worker takes the lease to undo what is left and to report the end.",
    ),
    Row(
        Move.SCHEDULE,
        (Status.RUNNING,),
        Status.SCHEDULED,
        "A step finds that the job is not due yet.",
    ),
    Row(
        Move.COME_DUE,
        (Status.SCHEDULED,),
        Status.QUEUED,
        "The sweeper finds that the job is due and puts a task on the queue.",
    ),
    Row(
        Move.BRING_BACK,
        (Status.QUEUED, Status.RUNNING, Status.STOPPING),
        None,
        "The sweeper finds that the job does not move and puts a task on the queue.",
    ),
    Row(Move.SUCCEED, (Status.RUNNING,), Status.SUCCEEDED, "Every step is done."),
    Row(
        Move.STOP,
        (Status.QUEUED, Status.SCHEDULED, Status.RUNNING),
        Status.STOPPING,
        "A step stops for good, the retries are used up, or an operator cancels.",
    ),
    Row(
        Move.FAIL,
        (Status.STOPPING,),
        Status.FAILED,
        "The compensations are done and the failure is reported.",
    ),
    Row(
        Move.CANCEL,
        (Status.STOPPING,),
        Status.CANCELLED,
        "The compensations are done and the cancellation is reported.",
    ),
)

_TARGETS = {(row.move, source): target for row in MOVES for source, target in row.leads()}


class IllegalMove(Exception):
    """The table has no such move. This is a defect in the engine."""


def after(status: Status, move: Move) -> Status:
    """Return the status that a move leads to. Raises IllegalMove."""
    try:
        return _TARGETS[move, status]
    except KeyError:
        msg = f"a job that is {status} cannot {move}"
        raise IllegalMove(msg) from None
