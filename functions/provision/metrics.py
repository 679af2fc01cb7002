"""What the engine does, as logs and metrics. Ids go to logs, never into dimensions."""

from __future__ import annotations

from portal.domain.provisioning import REASONS
from portal.engine.model import Job, Status
from portal.observability import count, duration, gauge, logger
from portal.provisioning.view import job_status, order_id_of

_ENDINGS = {
    Status.SUCCEEDED: "ProvisioningSucceeded",
    Status.FAILED: "ProvisioningFailed",
    Status.CANCELLED: "ProvisioningCancelled",
}


class ProvisioningObserver:
    """`Observer` of the engine."""

    def step_finished(self, job: Job, step: str, seconds: float) -> None:
        """How long a step took."""
        duration("StepLatency", seconds, step=step)
        logger().info("step done", extra={"job": order_id_of(job.id), "step": step})

    def retrying(self, job: Job, code: str, delay: float) -> None:
        """Another try follows."""
        count("ProvisioningRetries", code=_known(code))
        logger().warning(
            "try failed",
            extra={
                "job": order_id_of(job.id),
                "step": job.current_step,
                "code": code,
                "tries": job.tries,
                "delay": round(delay),
            },
        )

    def finished(self, job: Job) -> None:
        """The job is over: outcome, code, how long it took from the button (or the due time)."""
        count(_ENDINGS[job.status])
        count("ProvisioningOutcome", outcome=job_status(job))
        gauge("ProvisioningAttempts", job.tries)
        began = max(job.requested_at, job.due_at or 0.0)
        duration("ProvisioningDuration", max((job.finished_at or began) - began, 0.0))
        code = job.last_error.code if job.last_error else None
        if job.status is Status.FAILED and code:
            count("ProvisioningFailureCode", code=_known(code))
        level = logger().error if job.status is Status.FAILED else logger().info
        level(
            "provisioning is over",
            extra={
                "job": order_id_of(job.id),
                "outcome": job_status(job),
                "attempt": job.attempt,
                "step": job.current_step,
                "code": code,
            },
        )


def _known(code: str) -> str:
    """Codes are dimensions: only those that are documented, or metrics multiply."""
    return code if code in REASONS else "other"
