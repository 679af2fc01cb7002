"""The records of a workflow run: the job, its steps, its history and its idempotency keys.

`states.py` has the statuses and the table of transitions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from portal.domain.lease import NOT_LEASED, Lease
from portal.engine.states import Move, Status, after

Data = Mapping[str, Any]


class StepState(StrEnum):
    """The state of a step.

    `started` records the intent to run: from then on the step may have had an effect. `undoing`
    records the intent to compensate. `kept` says that the compensation was refused for good.
    """

    STARTED = "started"
    DONE = "done"
    UNDOING = "undoing"
    KEPT = "kept"
    UNDONE = "undone"


@dataclass(frozen=True, kw_only=True)
class StepRecord:
    """The checkpoint of one step. Times are epoch seconds; `data` is JSON without personal data.

    `irreversible` says that the step has, or may have, had an effect that cannot be undone.
    """

    state: StepState
    attempt: int
    started_at: float
    done_at: float | None = None
    irreversible: bool = False
    data: Data = field(default_factory=dict)

    @property
    def done(self) -> bool:
        """Whether the step has a result."""
        return self.state is StepState.DONE


@dataclass(frozen=True, kw_only=True)
class LastError:
    """Why the last run failed, or why the job stopped."""

    code: str
    message: str
    step: str
    at: float


@dataclass(frozen=True, kw_only=True)
class Job:
    """One workflow run and everything that survives a crash.

    `kind` names the workflow. `subject` is the id of the thing that the job works on (an Order or
    an operation). `id` is made of both. `exclusive` names a thing that no other job may work on
    until this one is over; it may be empty. `attempt` counts the starts by a person. `runs` counts
    the first run and the retries of this attempt, but no run that only waited. `version` grows by
    one with every write. Times are epoch seconds.

    `unreported` says that the other system refused the report on how the job ended.

    `closed` says that nobody may start an attempt any more (`closing.py`). A job that was closed
    before its first attempt has attempt 0.
    """

    id: str
    kind: str
    subject: str
    status: Status
    attempt: int
    requested_at: float
    updated_at: float
    runs: int = 0
    version: int = 0
    exclusive: str = ""
    correlation_id: str = ""
    input: Data = field(default_factory=dict)
    steps: Mapping[str, StepRecord] = field(default_factory=dict)
    current_step: str = ""
    lease: Lease = NOT_LEASED
    next_at: float = 0.0
    due_at: float | None = None
    waits: int = 0
    waiting_since: float | None = None
    cancel_requested: bool = False
    ending: Status | None = None
    unreported: bool = False
    closed: bool = False
    last_error: LastError | None = None
    result: Data = field(default_factory=dict)
    started_at: float | None = None
    finished_at: float | None = None

    def changed(self, **changes: Any) -> Job:
        """Return a copy with the given values."""
        return replace(self, **changes)

    def moved(self, move: Move, **changes: Any) -> Job:
        """Return a copy in the status that the move leads to. Raises IllegalMove."""
        return replace(self, status=after(self.status, move), **changes)

    @property
    def irreversible(self) -> bool:
        """Whether a step has, or may have, had an effect that cannot be undone."""
        return any(record.irreversible for record in self.steps.values())

    @property
    def retries(self) -> int:
        """How often the engine repeated a run in this attempt."""
        return max(self.runs - 1, 0)

    def leased(self, now: float) -> bool:
        """Whether a worker holds the job's lease at `now` (epoch seconds)."""
        return self.lease.held(now)


LEASE_MARGIN = 30.0
"""Seconds by which a lease outlasts its invocation, because clocks differ."""


def job_id(kind: str, subject: str) -> str:
    """Return the id of the one job of this kind for this subject."""
    return f"{kind}#{subject}"


def kind_of(job_id: str) -> str:
    """The kind in the id of a job."""
    return job_id.partition("#")[0]


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of a job's history. It is written for operators, and the engine never reads it."""

    at: float
    attempt: int
    kind: str
    step: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class KeyUse:
    """The job and the attempt that an idempotency key started, and the hash of its request."""

    job_id: str
    payload_hash: str
    attempt: int


@dataclass(frozen=True)
class Hold:
    """Which attempt of which job was the last to work on an exclusive thing."""

    job_id: str
    attempt: int


@dataclass(frozen=True)
class Task:
    """The content of a queue message: which attempt of which job a worker is to run.

    `wakes` says that the job is to look before its time.
    """

    job_id: str
    attempt: int
    wakes: bool = False
