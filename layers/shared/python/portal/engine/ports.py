"""What the engine needs of its surroundings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from portal.engine.model import Event, Hold, Job, KeyUse, Task
from portal.engine.states import Status


class StaleJob(Exception):
    """A conditional write found the job otherwise; `found` is what is there now."""

    def __init__(self, found: Job | None) -> None:
        super().__init__("the job was changed by somebody else")
        self.found = found


class KeyTaken(Exception):
    """The idempotency key was used for something else meanwhile."""


class HoldTaken(Exception):
    """Another attempt began to work on the exclusive thing meanwhile."""


class JobStore(Protocol):
    """Jobs, idempotency keys and holds; every write is conditional.

    All methods raise Unavailable or Throttled when the store cannot be reached.
    """

    def get(self, job_id: str) -> Job | None:
        """A strongly consistent read."""
        ...

    def replace(self, job: Job) -> Job:
        """Write the job over the version it was made from; returns it with the next version.

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
        """Write a job (new: version 0), what the key is used for, and the hold: all or nothing.

        `before` is what the key was used for until now. A job that names an exclusive thing takes
        the hold of it; `held` is the one that was read. Raises StaleJob, KeyTaken when the key
        was used otherwise meanwhile, or HoldTaken when the hold has changed.
        """
        ...

    def hold(self, thing: str) -> Hold | None:
        """Who was the last to work on an exclusive thing; a strongly consistent read."""
        ...

    def key_use(self, key: str) -> KeyUse | None:
        """What a key was used for."""
        ...

    def waiting(self, status: Status, *, until: float) -> Iterator[str]:
        """Ids of jobs in a status whose sort time is at most `until`, oldest first.

        The sort time is the due time of scheduled jobs and the last write of all others; the
        answer may be seconds old.
        """
        ...

    def remember(self, job_id: str, event: Event) -> None:
        """Add a line to the history. Never raises: history is no authority."""
        ...


class Queue(Protocol):
    """Where tasks are put."""

    def put(self, task: Task, *, delay_seconds: float = 0) -> None:
        """Enqueue; at most 900 s of delay. Raises Unavailable."""
        ...

    def backlog(self) -> int:
        """About how many messages are waiting. Raises Unavailable."""
        ...


class Observer(Protocol):
    """Told what happens, for metrics and logs; must not raise."""

    def step_finished(self, job: Job, step: str, seconds: float) -> None:
        """A step's run ended well after `seconds`."""
        ...

    def retrying(self, job: Job, code: str, delay: float) -> None:
        """A run failed and a retry follows."""
        ...

    def finished(self, job: Job) -> None:
        """The job is over; its status says how."""
        ...
