"""The sweeper sends messages for lost, stuck and due jobs.

A job and its message are not written together, so the message may never have been sent. A worker
may also have died after its message was deleted. Every few minutes the sweeper looks for jobs
that have not changed and sends a new message for each. A second message does no harm.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from portal import correlation
from portal.domain.upstream import UpstreamError
from portal.engine.model import Job, Task
from portal.engine.ports import JobStore, Queue, StaleJob
from portal.engine.states import Move, Status
from portal.observability import count, logger

LOST_AFTER = 600.0
STUCK_AFTER = 600.0
# While a queue holds messages, a job that does not change most likely has one of them. Fresh
# messages are consumed soon. Those that an outage has left behind may take most of a day.
AFTER_WITH_BACKLOG = 7_200.0
AFTER_WITH_OUTAGE_BACKLOG = 86_400.0
LIMIT = 500
_NOT_BEGUN = frozenset({Status.SCHEDULED, Status.QUEUED})
_REASONS = {
    Status.SCHEDULED: "due",
    Status.QUEUED: "lost",
    Status.RUNNING: "stuck",
    Status.STOPPING: "unreported",
}


@dataclass(frozen=True)
class Swept:
    """The number of jobs of one kind that were enqueued, by reason."""

    due: int = 0
    lost: int = 0
    stuck: int = 0
    unreported: int = 0


@dataclass(frozen=True)
class KindQueues:
    """The queues of one kind of job.

    Jobs that have not begun go to the `fresh` queue and all others to the `waiting` queue, so that
    thousands of them after an outage do not delay new jobs.
    """

    fresh: Queue
    waiting: Queue


@dataclass(frozen=True)
class _Patience:
    """Seconds after which a job of one kind that does not change is enqueued."""

    lost: float
    stuck: float


class Sweeper:
    """Enqueues overdue jobs of one store on the queues of their kind."""

    def __init__(
        self,
        store: JobStore,
        queues: Mapping[str, KindQueues],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._queues = queues
        self._clock = clock

    def sweep(self) -> Mapping[str, Swept]:
        """Enqueue overdue jobs of all kinds, at most 500 per status. Returns the numbers by kind.

        Raises Unavailable.
        """
        patience = {kind: _patience(queues) for kind, queues in self._queues.items()}
        found = {kind: dict.fromkeys(_REASONS.values(), 0) for kind in self._queues}
        for status, reason in _REASONS.items():
            for job in self._brought_back(status, patience):
                found[job.kind][reason] += 1
        return {kind: Swept(**numbers) for kind, numbers in found.items()}

    def _brought_back(self, status: Status, patience: Mapping[str, _Patience]) -> Iterator[Job]:
        left = LIMIT
        shortest = min((_after(status, one) for one in patience.values()), default=0.0)
        for job_id in self._store.waiting(status, until=self._clock() - shortest):
            job = self._store.get(job_id)
            # The index may be seconds old.
            if job is None or job.status is not status:
                continue
            if job.kind not in self._queues:
                count("UnknownJobKinds")
                logger().error("no queue for jobs of this kind", extra={"job": job.id})
                continue
            if self._bring_back(job, _after(status, patience[job.kind])):
                yield job
                left -= 1
            if not left:
                return

    def _bring_back(self, job: Job, after: float) -> bool:
        now = self._clock()
        if job.leased(now) or not _overdue(job, now, after):
            return False
        move = Move.COME_DUE if job.status is Status.SCHEDULED else Move.BRING_BACK
        queues = self._queues[job.kind]
        queue = queues.fresh if job.status in _NOT_BEGUN else queues.waiting
        try:
            self._store.replace(job.moved(move, updated_at=now))
        except StaleJob:
            return False
        try:
            with correlation.bound(correlation.accept(job.correlation_id)):
                queue.put(Task(job.id, job.attempt))
        except UpstreamError as error:
            logger().warning("task not enqueued", extra={"reason": str(error)})
            return False
        return True


def _patience(queues: KindQueues) -> _Patience:
    least = AFTER_WITH_BACKLOG if queues.fresh.backlog() else 0.0
    lost = max(LOST_AFTER, least)
    if queues.waiting.backlog():
        least = AFTER_WITH_OUTAGE_BACKLOG
    return _Patience(lost=lost, stuck=max(STUCK_AFTER, least))


def _after(status: Status, patience: _Patience) -> float:
    if status is Status.SCHEDULED:
        return 0.0
    return patience.lost if status is Status.QUEUED else patience.stuck


def _overdue(job: Job, now: float, after: float) -> bool:
    if job.status is Status.SCHEDULED:
        return (job.due_at or 0.0) <= now
    if job.status is Status.QUEUED:
        return job.updated_at + after <= now
    return max(job.next_at, job.lease.until, job.updated_at) + after <= now
