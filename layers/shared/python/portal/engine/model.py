"""What a workflow run is: the job, its steps, and how it can stand.

    queued ──► running ──► succeeded
      ▲          │  │
      │          │  └────► stopping ──► failed | cancelled
    scheduled ◄──┘

`running` stays the status between two tries; who works on a job right now is told by its lease.
`stopping` means: decided, but not yet reported to the outside world.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

Data = Mapping[str, Any]


class Status(StrEnum):
    """How a job stands."""

    QUEUED = "queued"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    STOPPING = "stopping"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Nothing more will happen by itself."""
        return self in (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED)


class StepState(StrEnum):
    """`started` is the intent: from then on the outside world may have been changed."""

    STARTED = "started"
    DONE = "done"


@dataclass(frozen=True, kw_only=True)
class StepRecord:
    """The checkpoint of one step; times are epoch seconds, `data` is JSON without personal data."""

    state: StepState
    attempt: int
    started_at: float
    done_at: float | None = None
    data: Data = field(default_factory=dict)

    @property
    def done(self) -> bool:
        """Whether it need not run again."""
        return self.state is StepState.DONE


@dataclass(frozen=True, kw_only=True)
class LastError:
    """Why a try did not go through, or why the job stopped."""

    code: str
    message: str
    step: str
    at: float


@dataclass(frozen=True, kw_only=True)
class Job:
    """One workflow run and everything that survives a crash.

    `attempt` counts starts by a person, `tries` the runs within one attempt that may end in
    failure; `version` grows by one with every write. Times are epoch seconds.
    """

    id: str
    status: Status
    attempt: int
    requested_at: float
    updated_at: float
    tries: int = 0
    version: int = 0
    correlation_id: str = ""
    input: Data = field(default_factory=dict)
    steps: Mapping[str, StepRecord] = field(default_factory=dict)
    current_step: str = ""
    lease_owner: str | None = None
    lease_until: float = 0.0
    next_at: float = 0.0
    due_at: float | None = None
    waits: int = 0
    waiting_since: float | None = None
    committed: bool = False
    cancel_requested: bool = False
    ending: Status | None = None
    last_error: LastError | None = None
    result: Data = field(default_factory=dict)
    started_at: float | None = None
    finished_at: float | None = None

    def changed(self, **changes: Any) -> Job:
        """A copy with other values."""
        return replace(self, **changes)

    def leased(self, now: float) -> bool:
        """Whether somebody else is at work.

        A lease longer than any that is ever given comes from a clock that was wrong.
        """
        return self.lease_owner is not None and now < self.lease_until <= now + LONGEST_LEASE


# Lambda's longest run plus the margin for clocks that differ.
LEASE_MARGIN = 30.0
LONGEST_LEASE = 900.0 + 2 * LEASE_MARGIN


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of a job's history, for people; never read by the engine."""

    at: float
    attempt: int
    kind: str
    step: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class KeyUse:
    """What an idempotency key was used for, and what was answered."""

    job_id: str
    payload_hash: str
    attempt: int


@dataclass(frozen=True)
class Task:
    """What travels on the queue: which attempt of which job is to be worked on."""

    job_id: str
    attempt: int
