"""Asking for a job, once per idempotency key; and calling one off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.upstream import Unavailable, UpstreamError
from portal.engine.model import Event, Job, KeyUse, LastError, Status, Task
from portal.engine.ports import JobStore, KeyTaken, Queue, StaleJob
from portal.observability import count, logger

ROUNDS = 5


@dataclass(frozen=True, kw_only=True)
class StartRequest:
    """Who asks for what: `payload_hash` tells two bodies apart."""

    job_id: str
    key: str
    payload_hash: str
    input: Mapping[str, str]
    correlation_id: str


class Outcome(StrEnum):
    """What a request came to."""

    ACCEPTED = "accepted"
    REPLAYED = "replayed"
    ALREADY_RUNNING = "already-running"
    ALREADY_SUCCEEDED = "already-succeeded"
    KEY_REUSED = "key-reused"


@dataclass(frozen=True)
class Started:
    """The outcome, the attempt that it is about, and the job as it stands."""

    outcome: Outcome
    attempt: int
    job: Job | None


def request_start(store: JobStore, queue: Queue, wanted: StartRequest, *, now: float) -> Started:
    """Begin the first or the next attempt, unless there is nothing to begin.

    Raises Unavailable when the store cannot be written: then nothing has begun.
    """
    for _ in range(ROUNDS):
        decided = _decided(store, wanted)
        if decided is not None:
            return decided
        fresh = _next(store.get(wanted.job_id), wanted, now)
        if fresh is None:
            continue
        use = KeyUse(job_id=wanted.job_id, payload_hash=wanted.payload_hash, attempt=fresh.attempt)
        try:
            begun = store.begin(fresh, wanted.key, use)
        except (StaleJob, KeyTaken):
            continue
        store.remember(begun.id, Event(at=now, attempt=begun.attempt, kind="requested", detail=""))
        enqueue(queue, Task(begun.id, begun.attempt))
        return Started(Outcome.ACCEPTED, begun.attempt, begun)
    raise Unavailable("dynamodb", "begin", "the job is changing too fast")


def _decided(store: JobStore, wanted: StartRequest) -> Started | None:
    use = store.key_use(wanted.key)
    if use is not None:
        same = use.job_id == wanted.job_id and use.payload_hash == wanted.payload_hash
        outcome = Outcome.REPLAYED if same else Outcome.KEY_REUSED
        return Started(outcome, use.attempt, None)
    job = store.get(wanted.job_id)
    if job is None or job.status in (Status.FAILED, Status.CANCELLED):
        return None
    if job.status is Status.SUCCEEDED:
        return Started(Outcome.ALREADY_SUCCEEDED, job.attempt, job)
    return Started(Outcome.ALREADY_RUNNING, job.attempt, job)


def _next(job: Job | None, wanted: StartRequest, now: float) -> Job | None:
    """The job as it is to begin; None when it is under way after all."""
    if job is None:
        return Job(
            id=wanted.job_id,
            status=Status.QUEUED,
            attempt=1,
            requested_at=now,
            updated_at=now,
            input=dict(wanted.input),
            correlation_id=wanted.correlation_id,
        )
    if job.status not in (Status.FAILED, Status.CANCELLED):
        return None
    return job.changed(
        status=Status.QUEUED,
        attempt=job.attempt + 1,
        tries=0,
        waits=0,
        waiting_since=None,
        requested_at=now,
        updated_at=now,
        input=dict(wanted.input),
        correlation_id=wanted.correlation_id,
        cancel_requested=False,
        ending=None,
        last_error=None,
        due_at=None,
        started_at=None,
        finished_at=None,
    )


def enqueue(queue: Queue, task: Task) -> None:
    """Put a task; when the queue does not take it, the sweeper will."""
    try:
        queue.put(task)
    except UpstreamError as error:
        count("EnqueueFailures")
        logger().error("task not enqueued; the sweeper will", extra={"reason": str(error)})


class Cancellation(StrEnum):
    """What asking for a cancellation came to."""

    CANCELLED = "cancelled"
    REQUESTED = "requested"  # the worker stops at its next checkpoint
    TOO_LATE = "too-late"
    OVER = "over"
    UNKNOWN = "unknown"


def cancel(store: JobStore, queue: Queue, job_id: str, *, now: float) -> Cancellation:
    """Call a job off, if nothing has been ordered yet. Raises Unavailable."""
    for _ in range(ROUNDS):
        job = store.get(job_id)
        if job is None:
            return Cancellation.UNKNOWN
        if job.status.over:
            return Cancellation.OVER
        if job.committed or job.status is Status.STOPPING:
            return Cancellation.TOO_LATE
        leased = job.leased(now)
        try:
            store.replace(_cancelled(job, now, leased=leased))
        except StaleJob:
            continue
        if leased:
            return Cancellation.REQUESTED
        enqueue(queue, Task(job_id, job.attempt))
        return Cancellation.CANCELLED
    raise Unavailable("dynamodb", "cancel", "the job is changing too fast")


def _cancelled(job: Job, now: float, *, leased: bool) -> Job:
    flagged = job.changed(cancel_requested=True, updated_at=now)
    if leased:
        return flagged
    return flagged.changed(
        status=Status.STOPPING,
        ending=Status.CANCELLED,
        next_at=now,
        last_error=LastError(
            code="cancelled",
            message="Cancelled by an operator before anything was ordered.",
            step=job.current_step,
            at=now,
        ),
    )
