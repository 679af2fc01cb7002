"""Close a subject for good before its job has had an effect, so that no attempt begins any more.

Closing and starting are conditional writes of the same item, so one of them decides. A subject
without a job gets one that has ended before its first attempt.
"""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.upstream import Unavailable
from portal.engine.model import Event, Job, LastError, job_id
from portal.engine.ports import JobStore, StaleJob
from portal.engine.states import Status
from portal.observability import logger

ROUNDS = 5


@dataclass(frozen=True, kw_only=True)
class Closing:
    """What is closed, and why. `code` and `text` are for operators."""

    kind: str
    subject: str
    code: str
    text: str
    correlation_id: str = ""

    @property
    def job_id(self) -> str:
        """The id of the job."""
        return job_id(self.kind, self.subject)


def may_close(job: Job | None) -> bool:
    """Whether no attempt is under way and none has had, or may have had, an effect."""
    if job is None:
        return True
    return job.status in (Status.FAILED, Status.CANCELLED) and not job.irreversible


def close(store: JobStore, wanted: Closing, *, now: float) -> bool:
    """Close the subject. Returns False when an attempt is under way or has had an effect.

    Closing again changes nothing. Raises Unavailable when the store cannot be written; then the
    subject may be closed or not, and a repetition finds out.
    """
    for _ in range(ROUNDS):
        job = store.get(wanted.job_id)
        if job is not None and job.closed:
            return True
        if not may_close(job):
            return False
        try:
            written = store.replace(_closed(job, wanted, now))
        except StaleJob:
            continue
        store.remember(written.id, _event(written, "closed", now, wanted.text))
        return True
    raise Unavailable("dynamodb", "close", "the job is changing too fast")


def reopen(store: JobStore, wanted: Closing, *, now: float) -> None:
    """Take a closing back, if there is one. Raises Unavailable."""
    for _ in range(ROUNDS):
        job = store.get(wanted.job_id)
        if job is None or not job.closed:
            return
        try:
            store.replace(job.changed(closed=False, updated_at=now))
        except StaleJob:
            continue
        store.remember(job.id, _event(job, "reopened", now))
        logger().info("closing taken back", extra={"job_id": job.id})
        return
    raise Unavailable("dynamodb", "reopen", "the job is changing too fast")


def _closed(job: Job | None, wanted: Closing, now: float) -> Job:
    error = LastError(code=wanted.code, message=wanted.text, step="", at=now)
    if job is not None:
        return job.changed(closed=True, updated_at=now, last_error=error)
    return Job(
        id=wanted.job_id,
        kind=wanted.kind,
        subject=wanted.subject,
        status=Status.CANCELLED,
        attempt=0,
        requested_at=now,
        updated_at=now,
        finished_at=now,
        correlation_id=wanted.correlation_id,
        closed=True,
        last_error=error,
    )


def _event(job: Job, kind: str, now: float, detail: str = "") -> Event:
    return Event(at=now, attempt=job.attempt, kind=kind, detail=detail)
