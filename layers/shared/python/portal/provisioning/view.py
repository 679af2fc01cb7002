"""The view of a provisioning job for customers and operators."""

from __future__ import annotations

from datetime import UTC, datetime

from portal.domain.provisioning_errors import customer_message
from portal.engine.closing import may_close
from portal.engine.model import Job
from portal.engine.ports import JobStore
from portal.engine.states import Status
from portal.ports.workflow import JobStatus, JobView, StepStatus, StepView
from portal.provisioning.job import STEP_NAMES, order_job_id

_STATUS: dict[Status, JobStatus] = {
    Status.QUEUED: "queued",
    Status.SCHEDULED: "scheduled",
    Status.RUNNING: "in_progress",
    Status.STOPPING: "failed",
    Status.SUCCEEDED: "provisioned",
    Status.FAILED: "failed",
    Status.CANCELLED: "cancelled",
}


class StoredJobReader:
    """`JobReader` over the engine's store."""

    def __init__(self, store: JobStore) -> None:
        self._store = store

    def get(self, sf_order_id: str) -> JobView | None:
        """Return the job of an order (18 characters); None when the button was never pressed."""
        job = self._store.get(order_job_id(sf_order_id))
        if job is None or not (job.attempt or job.closed):
            return None
        return job_view(job)

    def closed(self, sf_order_id: str) -> bool:
        """Whether its customer cancelled the order (18 characters)."""
        job = self._store.get(order_job_id(sf_order_id))
        return job is not None and job.closed


def job_status(job: Job) -> JobStatus:
    """Return the API's status of a job."""
    if job.closed or (job.status is Status.STOPPING and job.ending is Status.CANCELLED):
        return "cancelled"
    return _STATUS[job.status]


def job_view(job: Job) -> JobView:
    """Return the parts of a job that may be shown."""
    status, last_error = job_status(job), job.last_error
    return JobView(
        status=status,
        attempt=job.attempt,
        timeline=tuple(_step(job, name, status) for name in STEP_NAMES if job.attempt),
        error_code=last_error.code if last_error else None,
        message=customer_message(last_error.code) if last_error else None,
        closable=may_close(job),
        closed=job.closed,
    )


def _step(job: Job, name: str, status: JobStatus) -> StepView:
    record = job.steps.get(name)
    if record is not None and record.done_at is not None:
        return StepView(name, "done", _moment(record.done_at))
    if record is None:
        return StepView(name, "waiting")
    how: StepStatus = "waiting"
    if name == job.current_step:
        how = {"failed": "failed", "cancelled": "failed", "in_progress": "running"}.get(  # type: ignore[assignment]  # the values are StepStatus
            status, "waiting"
        )
    return StepView(name, how, _moment(record.started_at))


def _moment(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)
