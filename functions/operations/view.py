"""Shows an operation's job to its owner."""

from __future__ import annotations

from datetime import UTC, datetime

from portal.engine.model import Job, StepState
from portal.engine.states import Status
from portal.operations.job import service_of

from functions.operations.models import (
    OperationStatus,
    OperationStep,
    OperationStepStatus,
    OperationView,
)
from functions.operations.words import ASK_US, PENDING, STOPPING, WAITING, OperationWords

# A job that is stopping is not over, because its effects are being undone.
_STATUS: dict[Status, OperationStatus] = {
    Status.QUEUED: "pending",
    Status.SCHEDULED: "pending",
    Status.RUNNING: "running",
    Status.STOPPING: "running",
    Status.SUCCEEDED: "succeeded",
    Status.FAILED: "failed",
    Status.CANCELLED: "failed",
}
_ENTERED_AFTER_ITS_END = (StepState.UNDOING, StepState.KEPT, StepState.UNDONE)


def operation_view(job: Job, words: OperationWords) -> OperationView:
    """Return the state for the owner, without codes and ids of other systems."""
    status = _STATUS[job.status]
    return OperationView(
        operation_id=job.subject,
        kind=job.kind,
        status=status,
        subscription_id=str(service_of(job)),
        created_at=_moment(job.requested_at),
        finished_at=_moment(job.finished_at) if job.finished_at is not None else None,
        steps=[_step(job, name, label) for name, label in words.steps.items()],
        next_step=_next(job, words),
        message=_message(job, words) if status == "failed" else None,
    )


def _next(job: Job, words: OperationWords) -> str:
    if job.status is Status.SUCCEEDED:
        return words.succeeded
    if job.status.over:
        return ASK_US
    if job.status is Status.STOPPING:
        return STOPPING
    if job.waits:
        return WAITING
    return words.running if job.status is Status.RUNNING else PENDING


def _message(job: Job, words: OperationWords) -> str:
    code = job.last_error.code if job.last_error else ""
    reason = words.reasons.get(code) or words.reasons["internal-error"]
    return f"{reason.customer} {words.made_good(job)}".strip()


def _step(job: Job, name: str, label: str) -> OperationStep:
    def entry(status: OperationStepStatus, at: float | None) -> OperationStep:
        when = None if at is None else _moment(at)
        return OperationStep(step=name, label=label, status=status, at=when)

    record = job.steps.get(name)
    if record is None:
        return entry("waiting", None)
    ended = record.done_at is not None and record.state in _ENTERED_AFTER_ITS_END
    if record.done or ended:
        return entry("done", record.done_at)
    stopped = job.status is Status.STOPPING or job.status.over
    if stopped:
        at_fault = job.last_error is not None and job.last_error.step == name
        return entry("failed" if at_fault else "waiting", record.started_at)
    running = name == job.current_step and job.status is Status.RUNNING
    return entry("running" if running else "waiting", record.started_at)


def _moment(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)
