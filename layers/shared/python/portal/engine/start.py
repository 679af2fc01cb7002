"""Start a job, once per idempotency key, and cancel one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.upstream import Unavailable, UpstreamError
from portal.engine.model import Event, Hold, Job, KeyUse, LastError, Task, job_id
from portal.engine.ports import HoldTaken, JobStore, KeyTaken, Queue, StaleJob
from portal.engine.states import Move, Status
from portal.observability import count, logger

ROUNDS = 5


@dataclass(frozen=True, kw_only=True)
class StartRequest:
    """A request to start a job.

    `key` is the caller's idempotency key. `scope` names the caller and the operation, so that two
    callers who both send `1` use different keys. `payload_hash` tells two bodies apart.

    `key_ends_after` is the number of seconds for which a key still stands for its attempt after
    that attempt has failed or was cancelled. Later, a request with the key begins the next
    attempt. With None, the key always stands for its attempt.

    `unseen` says that the caller has just seen that there is no such job, and that no other job has
    the key. Both are then read only when something is in the way of the first write, whose
    conditions are the same.

    `exclusive` names what only one job may work on at a time, whatever its kind; it may be empty.
    A job that was given one keeps it in later attempts.
    """

    kind: str
    subject: str
    key: str
    scope: str
    payload_hash: str
    input: Mapping[str, str]
    correlation_id: str
    key_ends_after: float | None = None
    exclusive: str = ""
    unseen: bool = False

    @property
    def job_id(self) -> str:
        """The id of the requested job."""
        return job_id(self.kind, self.subject)

    @property
    def scoped_key(self) -> str:
        """The key, made different from equal keys of other callers and operations."""
        return f"{self.kind}\n{self.scope}\n{self.key}"


class StartOutcome(StrEnum):
    """The outcome of a request to start a job."""

    ACCEPTED = "accepted"
    REPLAYED = "replayed"
    ALREADY_RUNNING = "already-running"
    ALREADY_SUCCEEDED = "already-succeeded"
    KEY_REUSED = "key-reused"
    CLOSED = "closed"
    BUSY = "busy"


@dataclass(frozen=True)
class Started:
    """The outcome, the attempt that the request stands for, and the job's current state.

    When the outcome is `busy`, attempt and job are those of the other job that holds the thing.
    """

    outcome: StartOutcome
    attempt: int
    job: Job | None


def request_start(store: JobStore, queue: Queue, wanted: StartRequest, *, now: float) -> Started:
    """Begin the first or the next attempt, unless there is nothing to begin.

    Raises Unavailable when the store cannot be written; then nothing has begun. Raises
    OutcomeUnknown when the store did not answer; then a request with the same key finds out.
    """
    for number in range(ROUNDS):
        new = wanted.unseen and number == 0
        use = None if new else store.key_use(wanted.scoped_key)
        job = None if new else store.get(wanted.job_id)
        decided = _decided(use, job, wanted, now)
        if decided is not None:
            return decided
        fresh = _next(job, wanted, now)
        held = store.hold(fresh.exclusive) if fresh.exclusive else None
        in_the_way = _in_the_way(store, held, fresh)
        if in_the_way is not None and not new:
            return Started(StartOutcome.BUSY, in_the_way.attempt, in_the_way)
        if in_the_way is not None:
            continue
        following = KeyUse(
            job_id=wanted.job_id, payload_hash=wanted.payload_hash, attempt=fresh.attempt
        )
        try:
            begun = store.begin(fresh, wanted.scoped_key, following, before=use, held=held)
        except (StaleJob, KeyTaken, HoldTaken):
            continue
        store.remember(begun.id, Event(at=now, attempt=begun.attempt, kind="requested", detail=""))
        enqueue(queue, Task(begun.id, begun.attempt))
        return Started(StartOutcome.ACCEPTED, begun.attempt, begun)
    raise Unavailable("dynamodb", "begin", "the job is changing too fast")


def _in_the_way(store: JobStore, held: Hold | None, job: Job) -> Job | None:
    """The other job that works on what `job` needs for itself."""
    if held is None or held.job_id == job.id:
        return None
    other = store.get(held.job_id)
    return None if other is None or other.status.over else other


def _decided(
    use: KeyUse | None, job: Job | None, wanted: StartRequest, now: float
) -> Started | None:
    if use is not None:
        if use.job_id != wanted.job_id:
            return Started(StartOutcome.KEY_REUSED, use.attempt, None)
        if not _key_has_ended(use, job, wanted, now):
            same = use.payload_hash == wanted.payload_hash
            outcome = StartOutcome.REPLAYED if same else StartOutcome.KEY_REUSED
            return Started(outcome, use.attempt, job if same else None)
    if job is not None and job.closed:
        return Started(StartOutcome.CLOSED, job.attempt, job)
    if job is None or job.status in (Status.FAILED, Status.CANCELLED):
        return None
    if job.status is Status.SUCCEEDED:
        return Started(StartOutcome.ALREADY_SUCCEEDED, job.attempt, job)
    return Started(StartOutcome.ALREADY_RUNNING, job.attempt, job)


def _key_has_ended(use: KeyUse, job: Job | None, wanted: StartRequest, now: float) -> bool:
    """Whether a request with this key begins the next attempt, because the key's own is over.

    The caller makes its next key from the reported end of the attempt. When that report was
    refused, the caller sends the old key again and means the next attempt, so the key ends at once.
    """
    if wanted.key_ends_after is None:
        return False
    if job is None:
        return True
    if job.status not in (Status.FAILED, Status.CANCELLED):
        return False
    if job.unreported and use.attempt == job.attempt:
        return True
    return now - (job.finished_at or job.updated_at) > wanted.key_ends_after


def _next(job: Job | None, wanted: StartRequest, now: float) -> Job:
    """Return the job at the start of its next attempt. Raises IllegalMove when it is under way."""
    asked = {
        "requested_at": now,
        "updated_at": now,
        "input": dict(wanted.input),
        "correlation_id": wanted.correlation_id,
    }
    if job is None:
        return Job(
            id=wanted.job_id,
            kind=wanted.kind,
            subject=wanted.subject,
            status=Status.QUEUED,
            attempt=1,
            exclusive=wanted.exclusive,
            **asked,  # type: ignore[arg-type]  # shared with `moved`, by name
        )
    return job.moved(
        Move.RESTART,
        attempt=job.attempt + 1,
        runs=0,
        waits=0,
        waiting_since=None,
        cancel_requested=False,
        ending=None,
        unreported=False,
        next_at=0.0,
        last_error=None,
        due_at=None,
        started_at=None,
        finished_at=None,
        **asked,
    )


def enqueue(queue: Queue, task: Task) -> None:
    """Send a task. When the queue cannot be reached, the sweeper sends the task later."""
    try:
        queue.put(task)
    except UpstreamError as error:
        count("EnqueueFailures")
        logger().error("task not enqueued; the sweeper will", extra={"reason": str(error)})


class Cancellation(StrEnum):
    """The outcome of a request to cancel a job."""

    CANCELLED = "cancelled"
    REQUESTED = "requested"  # the worker stops at its next checkpoint
    TOO_LATE = "too-late"
    OVER = "over"
    UNKNOWN = "unknown"


def cancel(store: JobStore, queue: Queue, job_id: str, *, text: str, now: float) -> Cancellation:
    """Cancel a job, unless it has had an irreversible effect. Raises Unavailable.

    `text` is the reason that operators read.
    """
    for _ in range(ROUNDS):
        job = store.get(job_id)
        if job is None:
            return Cancellation.UNKNOWN
        if job.status.over:
            return Cancellation.OVER
        if job.irreversible or job.status is Status.STOPPING:
            return Cancellation.TOO_LATE
        leased = job.leased(now)
        try:
            store.replace(_cancelled(job, text, now, leased=leased))
        except StaleJob:
            continue
        if leased:
            return Cancellation.REQUESTED
        enqueue(queue, Task(job_id, job.attempt))
        return Cancellation.CANCELLED
    raise Unavailable("dynamodb", "cancel", "the job is changing too fast")


def _cancelled(job: Job, text: str, now: float, *, leased: bool) -> Job:
    flagged = job.changed(cancel_requested=True, updated_at=now)
    if leased:
        return flagged
    error = LastError(code="cancelled", message=text, step=job.current_step, at=now)
    return flagged.moved(Move.STOP, ending=Status.CANCELLED, next_at=now, last_error=error)
