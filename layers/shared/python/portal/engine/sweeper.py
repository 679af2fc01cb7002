"""Bringing back what no message will: lost, stuck and due jobs.

Record and message are not written together, so a message may never have been sent; a worker may
have died after its message was deleted. Every few minutes the sweeper looks at jobs that have
not moved and puts a new message. A message too many does no harm.
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
# While messages are waiting, a job that does not move is most likely one of theirs. Fresh ones are
# worked on soon; what an outage has left behind may take most of a day.
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
    """How many jobs of one kind were brought back, by reason."""

    due: int = 0
    lost: int = 0
    stuck: int = 0
    unreported: int = 0


@dataclass(frozen=True)
class KindQueues:
    """The queues of one kind of job.

    Jobs that have not begun go to the queue for `fresh` ones, all others to that for `waiting`
    ones, so that a crowd of them cannot stand in the way.
    """

    fresh: Queue
    waiting: Queue


@dataclass(frozen=True)
class _Patience:
    """Seconds after which a job of one kind that does not move is brought back."""

    lost: float
    stuck: float


class Sweeper:
    """Looks at the jobs of one store, and routes them by their kind."""

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
        """One round over all kinds, of at most 500 jobs per status; the numbers by kind.

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
