"""One invocation's hold on one job: lease, checkpoints, time left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.engine.failures import CancelRequested, LeaseLost, OutOfTime
from portal.engine.model import Data, Event, Job, StepRecord, StepState
from portal.engine.ports import JobStore, StaleJob
from portal.engine.steps import Step

# Kept for the last checkpoint and the hand-over after a step.
RESERVE_SECONDS = 3.0
ROUNDS = 3
Remaining = Callable[[], float]
"""Seconds that this invocation still has."""


class Session:
    """`Run` for the steps, and the only writer of the job while its lease lasts."""

    def __init__(
        self, store: JobStore, job: Job, *, remaining: Remaining, clock: Callable[[], float]
    ) -> None:
        self.scratch: dict[str, Any] = {}
        self.progressed = False
        self._store = store
        self._job = job
        self._remaining = remaining
        self._clock = clock

    @property
    def job(self) -> Job:
        """The job as last written."""
        return self._job

    def now(self) -> float:
        """Epoch seconds."""
        return self._clock()

    def data(self, step: str) -> Data:
        """What a step recorded; empty when it has not begun."""
        record = self._job.steps.get(step)
        return record.data if record is not None else {}

    def done(self, step: str) -> bool:
        """Whether a step is finished."""
        record = self._job.steps.get(step)
        return record is not None and record.done

    def require(self, seconds: float) -> None:
        """Raise OutOfTime unless the invocation lasts that long."""
        if self._remaining() < seconds + RESERVE_SECONDS:
            raise OutOfTime

    def note(self, kind: str, detail: str = "") -> None:
        """Add a line to the job's history."""
        job = self._job
        event = Event(
            at=self.now(), attempt=job.attempt, kind=kind, step=job.current_step, detail=detail
        )
        self._store.remember(job.id, event)

    def save(self, **data: Any) -> None:
        """Merge into the current step's record."""
        name = self._job.current_step
        record = self._job.steps[name]
        self.write(steps=self._with(name, record, data={**record.data, **data}))
        self.progressed = True

    def enter(self, step: Step) -> bool:
        """Record that a step begins; False when it had begun before and was not finished."""
        record = self._job.steps.get(step.name)
        if self._begun_before(step, record):
            if self._job.current_step != step.name:
                self.write(current_step=step.name)
            return False
        begun = StepRecord(
            state=StepState.STARTED, attempt=self._job.attempt, started_at=self.now()
        )
        self.write(
            steps={**self._job.steps, step.name: begun},
            current_step=step.name,
            committed=self._job.committed or step.point_of_no_return,
        )
        return True

    def complete(self, step: Step, data: Data) -> None:
        """The checkpoint: the step need not run again."""
        record = self._job.steps[step.name]
        done = {"state": StepState.DONE, "done_at": self.now(), "data": data}
        self.write(
            steps=self._with(step.name, record, **done),
            waits=0,
            waiting_since=None,
            last_error=None,
        )
        self.progressed = True

    def finished(self, step: Step) -> bool:
        """Whether a step is to be skipped: done, and not to be renewed in this attempt."""
        record = self._job.steps.get(step.name)
        if record is None or not record.done or step.outdated(self):
            return False
        return not step.each_attempt or record.attempt == self._job.attempt

    def release(self, **changes: Any) -> None:
        """Give the lease back, with the last changes."""
        self.write(lease_owner=None, lease_until=0.0, **changes)

    def write(self, **changes: Any) -> None:
        """Write the job over what this session wrote last.

        Raises CancelRequested when an operator got in between, LeaseLost when another worker did.
        """
        wanted = self._job.changed(updated_at=self.now(), **changes)
        for _ in range(ROUNDS):
            try:
                self._job = self._store.replace(wanted)
            except StaleJob as stale:
                wanted = wanted.changed(version=self._still_ours(stale.found).version)
            else:
                return
        raise LeaseLost

    def _still_ours(self, found: Job | None) -> Job:
        """What is stored, when only something beside the work was changed (a sweeper's touch)."""
        if found is None or found.lease_owner != self._job.lease_owner:
            raise LeaseLost
        if found.cancel_requested and not self._job.cancel_requested:
            self._job = found
            raise CancelRequested
        return found

    def _with(self, name: str, record: StepRecord, **changes: Any) -> dict[str, StepRecord]:
        fields = {
            "state": record.state,
            "attempt": record.attempt,
            "started_at": record.started_at,
            "done_at": record.done_at,
            "data": record.data,
        }
        return {**self._job.steps, name: StepRecord(**{**fields, **changes})}

    def _begun_before(self, step: Step, record: StepRecord | None) -> bool:
        if record is None or record.done:
            return False
        return not step.each_attempt or record.attempt == self._job.attempt
