"""Logs and metrics about the engine's work. Ids go into logs and never into dimensions."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from portal.engine.model import Job
from portal.engine.states import Status
from portal.observability import count, duration, gauge, logger

_ENDINGS = {
    Status.SUCCEEDED: "Succeeded",
    Status.FAILED: "Failed",
    Status.CANCELLED: "Cancelled",
}


class JobMetrics:
    """The engine's `Observer` for one kind of job.

    `prefix` is the first word of the metrics' names. `codes` are the documented error codes. A
    code is a dimension, so any other code is counted as `other` to limit the number of metrics. A
    job that failed with one of the `declined` codes needs no operator, and is counted separately.
    """

    def __init__(self, prefix: str, codes: Collection[str], declined: Collection[str] = ()) -> None:
        self._prefix = prefix
        self._codes = codes
        self._declined = declined

    def step_finished(self, job: Job, step: str, seconds: float) -> None:
        """Record how many seconds a step took."""
        duration("StepLatency", seconds, step=step)
        logger().info("step done", extra={"job": job.id, "step": step})

    def retrying(self, job: Job, code: str, delay: float) -> None:
        """Count and log a failed run that is retried after `delay` seconds."""
        count(f"{self._prefix}Retries", code=self._known(code))
        logger().warning(
            "run failed, a retry follows",
            extra={
                "job": job.id,
                "step": job.current_step,
                "code": code,
                "retries": job.retries,
                "delay": round(delay),
            },
        )

    def finished(self, job: Job) -> None:
        """Record the job's outcome, its error code, and the time since its request or due time."""
        code = job.last_error.code if job.last_error else None
        failed = job.status is Status.FAILED
        declined = failed and code in self._declined
        count(f"{self._prefix}{'Declined' if declined else _ENDINGS[job.status]}")
        count(f"{self._prefix}Outcome", outcome=str(job.status))
        gauge(f"{self._prefix}RetriesPerJob", job.retries)
        if job.unreported:
            count(f"{self._prefix}Unreported")
        began = max(job.requested_at, job.due_at or 0.0)
        duration(f"{self._prefix}Duration", max((job.finished_at or began) - began, 0.0))
        if failed and code:
            count(f"{self._prefix}FailureCode", code=self._known(code))
        level = logger().error if failed and not declined else logger().info
        level(
            "job is over",
            extra={
                "job": job.id,
                "outcome": str(job.status),
                "attempt": job.attempt,
                "step": job.current_step,
                "code": code,
            },
        )

    def _known(self, code: str) -> str:
        return code if code in self._codes else "other"


class MetricsByKind:
    """`Observer` for a runner that works on several kinds."""

    def __init__(self, kinds: Mapping[str, JobMetrics]) -> None:
        self._kinds = kinds

    def step_finished(self, job: Job, step: str, seconds: float) -> None:
        """How long a step took."""
        self._kinds[job.kind].step_finished(job, step, seconds)

    def retrying(self, job: Job, code: str, delay: float) -> None:
        """A retry follows."""
        self._kinds[job.kind].retrying(job, code, delay)

    def finished(self, job: Job) -> None:
        """The job is over."""
        self._kinds[job.kind].finished(job)
