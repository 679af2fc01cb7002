"""The ports of the engine: its job store, its queue and its observer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from portal.engine.model import Event, Hold, Job, KeyUse, Task
from portal.engine.states import Status


class StaleJob(Exception):
    """A conditional write found another version of the job. `found` is the stored one."""

    def __init__(self, found: Job | None) -> None:
        super().__init__("the job was changed by somebody else")
        self.found = found


class KeyTaken(Exception):
    """Another request used the idempotency key meanwhile."""


class HoldTaken(Exception):
    """Another attempt began to work on the exclusive thing meanwhile."""


class JobStore(Protocol):
    """The store of jobs, idempotency keys and holds. Every write is conditional.

    All methods raise Unavailable or Throttled when the store cannot be reached.
    """

    def get(self, job_id: str) -> Job | None:
        """Return the job by a strongly consistent read; None when there is none."""
        ...

    def replace(self, job: Job) -> Job:
        """Write the job over the version it was made from. Returns it with the next version.

        Raises StaleJob when the stored version is another.
        """
        ...

    def begin(
        self,
        job: Job,
        key: str,
        use: KeyUse,
        *,
        before: KeyUse | None = None,
        held: Hold | None = None,
    ) -> Job:
        """Write a job, the use of its key and its hold in one transaction. Returns the written job.

        A new job has version 0. `before` is the stored use of the key, if any. A job that names an
        exclusive thing takes the hold of it; `held` is the stored hold, if any. Raises StaleJob,
        KeyTaken when another request used the key meanwhile, and HoldTaken when another job took
        the hold.
        """
        ...

    def hold(self, thing: str) -> Hold | None:
        """Who was the last to work on an exclusive thing; a strongly consistent read."""
        ...

    def key_use(self, key: str) -> KeyUse | None:
        """Return what a key was used for; None when it is new."""
        ...

    def waiting(self, status: Status, *, until: float) -> Iterator[str]:
        """Yield ids of jobs in a status whose sort time is at most `until`, oldest first.

        The sort time is the due time of scheduled jobs and the last write of all others. The
        answer may be seconds old.
        """
        ...

    def remember(self, job_id: str, event: Event) -> None:
        """Add a line to the job's history. Never raises, because no decision rests on it."""
        ...


class Queue(Protocol):
    """The queue that tasks are sent to."""

    def put(self, task: Task, *, delay_seconds: float = 0) -> None:
        """Send a task with a delay of at most 900 seconds. Raises Unavailable."""
        ...

    def backlog(self) -> int:
        """Return the approximate number of messages on the queue. Raises Unavailable."""
        ...


class Observer(Protocol):
    """Receives the engine's events for metrics and logs. It must not raise."""

    def step_finished(self, job: Job, step: str, seconds: float) -> None:
        """A step has succeeded after `seconds`."""
        ...

    def retrying(self, job: Job, code: str, delay: float) -> None:
        """A run has failed, and a retry follows after `delay` seconds."""
        ...

    def finished(self, job: Job) -> None:
        """The job is over. Its status says how it ended."""
        ...
