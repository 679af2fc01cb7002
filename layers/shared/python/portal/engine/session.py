"""One invocation's work on one job: its lease, its checkpoints and the time that is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from portal.domain.lease import NOT_LEASED, LeaseLost
from portal.engine.failures import CancelRequested, OutOfTime
from portal.engine.model import Event, Job, StepRecord, StepState
from portal.engine.ports import JobStore, StaleJob
from portal.engine.steps import Record, RecordT, Step, StepKey

# Time for the last checkpoint and for handing the job to the next invocation.
RESERVE_SECONDS = 3.0
ROUNDS = 3
Remaining = Callable[[], float]
"""Returns the seconds that are left of this invocation."""


class Session:
    """The `Run` that steps are given. It alone writes the job while the lease lasts."""

    def __init__(
        self, store: JobStore, job: Job, *, remaining: Remaining, clock: Callable[[], float]
    ) -> None:
        self.scratch: dict[str, Any] = {}
        self.progressed = False
        self._store = store
        self._job = job
        self._remaining = remaining
        self._clock = clock
        self._parsed: dict[str, Record] = {}
        self._unwritten = False
        self._held_back: list[Event] = []

    @property
    def job(self) -> Job:
        """The job as last written, with the result of a step that was completed since."""
        return self._job

    def now(self) -> float:
        """Return the current time in epoch seconds."""
        return self._clock()

    def record(self, key: StepKey[RecordT]) -> RecordT | None:
        """Return what a step has recorded so far; None when it has recorded nothing."""
        stored = self._job.steps.get(key.name)
        if stored is None or not stored.data:
            return None
        known = self._parsed.get(key.name)
        if not isinstance(known, key.model):
            known = key.model.model_validate(stored.data)
            self._parsed[key.name] = known
        return known

    def result(self, key: StepKey[RecordT]) -> RecordT:
        """Return what a step has recorded. Raises LookupError when it has recorded nothing."""
        found = self.record(key)
        if found is None:
            raise LookupError(key.name)
        return found

    def done(self, key: StepKey[RecordT]) -> bool:
        """Whether a step has a result."""
        stored = self._job.steps.get(key.name)
        return stored is not None and stored.done

    def require(self, seconds: float) -> None:
        """Raise OutOfTime unless the invocation lasts for at least so many seconds."""
        if self._remaining() < seconds + RESERVE_SECONDS:
            raise OutOfTime

    def note(self, kind: str, detail: str = "") -> None:
        """Add a line to the job's history, at the latest after the next write of the job.

        A line about a result that is not written yet follows that write.
        """
        job = self._job
        event = Event(
            at=self.now(), attempt=job.attempt, kind=kind, step=job.current_step, detail=detail
        )
        if self._unwritten:
            self._held_back.append(event)
        else:
            self._store.remember(job.id, event)

    def save(self, record: Record, *, irreversible: bool | None = None) -> None:
        """Replace the running step's record, and set or take back the point of no return."""
        changes: dict[str, Any] = {"data": record.as_data()}
        if irreversible is not None:
            changes["irreversible"] = irreversible
        name = self._job.current_step
        self.write(steps=self._steps_with(name, **changes))
        self._parsed[name] = record
        self.progressed = True

    def enter(self, step: Step[Any]) -> bool:
        """Record that a step begins. Returns False when it had begun before and is not finished.

        A step whose compensation did not succeed counts as begun, because its effect may still be
        there. When a result is renewed within its attempt, the old record stays readable.
        """
        stored = self._job.steps.get(step.name)
        if stored is not None and self._begun_before(step, stored):
            entered = self._job.current_step == step.name and stored.state is StepState.STARTED
            if self._unwritten or not entered:
                steps = self._steps_with(step.name, state=StepState.STARTED)
                self.write(steps=steps, current_step=step.name)
            return False
        renewed = stored is not None and stored.attempt == self._job.attempt
        begun = StepRecord(
            state=StepState.STARTED,
            attempt=self._job.attempt,
            started_at=self.now(),
            # `complete` sees by it that the result is only renewed, which is no progress.
            done_at=stored.done_at if stored is not None and renewed else None,
            irreversible=stored is not None and stored.irreversible,
            data=stored.data if stored is not None and renewed else {},
        )
        if not renewed:
            self._parsed.pop(step.name, None)
        self.write(steps={**self._job.steps, step.name: begun}, current_step=step.name)
        return True

    def complete(self, step: Step[RecordT], record: RecordT) -> None:
        """Record the result of a step. It is written with the next change of the job.

        That change follows at once, before the next step asks another system for anything: the next
        step begins, the job ends, or the lease is released. A crash before it is like a crash
        before the step returned, so the step looks. This saves a third of the writes of a job.

        A result that was only renewed does not reset the wait. Otherwise a job could wait forever.
        """
        job = self._job
        renewed = job.steps[step.name].done_at is not None
        progress = {} if renewed else {"waits": 0, "waiting_since": None, "last_error": None}
        steps = self._steps_with(
            step.name,
            state=StepState.DONE,
            attempt=job.attempt,
            done_at=self.now(),
            data=record.as_data() or {"done": True},
        )
        self._job = job.changed(steps=steps, **progress)
        self._parsed[step.name] = record
        self._unwritten = True
        self.progressed = True

    def finished(self, step: Step[Any]) -> bool:
        """Whether a step is done and does not have to run again in this attempt."""
        stored = self._job.steps.get(step.name)
        if stored is None or not stored.done or step.outdated(self):
            return False
        return not step.each_attempt or stored.attempt == self._job.attempt

    def begun(self, step: Step[Any]) -> bool:
        """Whether a step was entered and not finished."""
        return self._begun_before(step, self._job.steps.get(step.name))

    def undoing(self, name: str) -> bool:
        """Record that a compensation begins. Returns False when it had begun before."""
        stored = self._job.steps[name]
        begun = stored.state is StepState.UNDOING
        if not begun or self._job.current_step != name:
            steps = self._steps_with(name, state=StepState.UNDOING)
            self.write(steps=steps, current_step=name)
        return not begun

    def undone(self, name: str) -> None:
        """Record that a step is undone. A new attempt runs it again."""
        steps = self._steps_with(name, state=StepState.UNDONE, irreversible=False)
        self.write(steps=steps, waits=0)
        self.progressed = True

    def kept(self, name: str) -> None:
        """Record that a compensation was refused for good, so that a person has to decide."""
        self.write(steps=self._steps_with(name, state=StepState.KEPT), waits=0)

    def release(self, **changes: Any) -> None:
        """Release the lease and write the last changes with it."""
        self.write(lease=NOT_LEASED, **changes)

    def write(self, **changes: Any) -> None:
        """Write the job over the version that this session wrote last.

        Raises CancelRequested when an operator cancelled meanwhile, and LeaseLost when another
        worker took the lease.
        """
        self.put(self._job.changed(updated_at=self.now(), **changes))

    def put(self, wanted: Job) -> None:
        """Write a changed job over this session's last version. Raises the errors of `write`."""
        for _ in range(ROUNDS):
            try:
                self._job = self._store.replace(wanted)
            except StaleJob as stale:
                wanted = wanted.changed(version=self._still_ours(stale.found).version)
            else:
                self._add_held_back()
                return
        raise LeaseLost

    def _still_ours(self, found: Job | None) -> Job:
        """Return the stored job when this session still holds its lease.

        The sweeper, for example, changes jobs without taking the lease.
        """
        if found is None or found.lease.owner != self._job.lease.owner:
            raise LeaseLost
        if found.cancel_requested and not self._job.cancel_requested:
            self._go_back_to(found)
            raise CancelRequested
        return found

    def _go_back_to(self, found: Job) -> None:
        """Continue from the stored job, as after a crash: a result that is not written is lost."""
        self._job = found
        self._parsed.clear()
        self._held_back.clear()
        self._unwritten = False

    def _add_held_back(self) -> None:
        self._unwritten = False
        for event in self._held_back:
            self._store.remember(self._job.id, event)
        self._held_back.clear()

    def _steps_with(self, name: str, **changes: Any) -> dict[str, StepRecord]:
        steps = self._job.steps
        return {**steps, name: replace(steps[name], **changes)}

    def _begun_before(self, step: Step[Any], stored: StepRecord | None) -> bool:
        if stored is None or stored.state in (StepState.DONE, StepState.UNDONE):
            return False
        if stored.state is not StepState.STARTED:
            return True
        return not step.each_attempt or stored.attempt == self._job.attempt
