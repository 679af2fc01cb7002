"""Shows an operation's job to its owner."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from portal.domain.operation_errors import UNDER_WAY
from portal.domain.provisioning_errors import Reason
from portal.engine.model import Job, StepState
from portal.engine.states import Status
from portal.operations.job import service_of

from functions.operations.models import (
    FailureCode,
    NextCode,
    OperationFailure,
    OperationStatus,
    OperationStep,
    OperationStepStatus,
    OperationView,
)
from functions.operations.words import NEXT, MadeGood, OperationWords

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
    following = _next(job)
    reason, made_good = _reason(job, words), words.made_good(job)
    failed = status == "failed"
    return OperationView(
        operation_id=job.subject,
        kind=job.kind,
        status=status,
        subscription_id=str(service_of(job)),
        created_at=_moment(job.requested_at),
        finished_at=_moment(job.finished_at) if job.finished_at is not None else None,
        steps=[_step(job, name, label) for name, label in words.steps.items()],
        next=following,
        next_step={**NEXT, "works": words.running, "done": words.succeeded}[following],
        failure=_failure(reason, made_good) if failed else None,
        message=_message(reason, made_good) if failed else None,
    )


def _next(job: Job) -> NextCode:
    if job.status is Status.SUCCEEDED:
        return "done"
    if job.status.over:
        return "over"
    if job.status is Status.STOPPING:
        return "undoes"
    if job.waits and not (job.last_error and job.last_error.code in UNDER_WAY):
        return "waits"
    return "works" if job.status is Status.RUNNING else "begins"


def _reason(job: Job, words: OperationWords) -> Reason:
    code = job.last_error.code if job.last_error else ""
    return words.reasons.get(code) or words.reasons["internal-error"]


def _failure(reason: Reason, made_good: MadeGood | None) -> OperationFailure:
    if made_good is None:
        return OperationFailure(reason=_told(reason))
    return OperationFailure(
        reason=_told(reason), made_good=made_good.code, credited=made_good.credited
    )


def _told(reason: Reason) -> FailureCode:
    # A test holds the codes of all reasons to be those of the API.
    return cast("FailureCode", reason.told)


def _message(reason: Reason, made_good: MadeGood | None) -> str:
    return f"{reason.customer} {made_good.text if made_good else ''}".strip()


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
