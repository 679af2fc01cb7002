"""Bringing back what no message will: lost, stuck and due jobs.

Record and message are not written together, so a message may never have been sent; a worker may
have died after its message was deleted. Every few minutes the sweeper looks at jobs that have
not moved and puts a new message. A message too many does no harm.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from portal import correlation
from portal.domain.upstream import UpstreamError
from portal.engine.model import Job, Status, Task
from portal.engine.ports import JobStore, Queue, StaleJob
from portal.observability import logger

LOST_AFTER = 600.0
STUCK_AFTER = 600.0
# While messages are waiting, a job that does not move is most likely one of theirs. Fresh ones are
# worked on soon; what an outage has left behind may take most of a day.
AFTER_WITH_BACKLOG = 7_200.0
AFTER_WITH_OUTAGE_BACKLOG = 86_400.0
LIMIT = 500


@dataclass(frozen=True)
class Swept:
    """How many jobs were brought back, by reason."""

    due: int = 0
    lost: int = 0
    stuck: int = 0
    unreported: int = 0


class Sweeper:
    """Looks at the jobs of one store.

    Jobs that have not begun go to the queue for `fresh` ones, all others to that for `waiting`
    ones, so that a crowd of them cannot stand in the way.
    """

    def __init__(
        self,
        store: JobStore,
        *,
        fresh: Queue,
        waiting: Queue,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._fresh = fresh
        self._waiting = waiting
        self._clock = clock

    def sweep(self) -> Swept:
        """One round, of at most 500 jobs per reason. Raises Unavailable."""
        patience = AFTER_WITH_BACKLOG if self._fresh.backlog() else 0.0
        lost_after = max(LOST_AFTER, patience)
        if self._waiting.backlog():
            patience = AFTER_WITH_OUTAGE_BACKLOG
        stuck_after = max(STUCK_AFTER, patience)
        return Swept(
            due=self._bring_back(Status.SCHEDULED, 0.0, self._fresh),
            lost=self._bring_back(Status.QUEUED, lost_after, self._fresh),
            stuck=self._bring_back(Status.RUNNING, stuck_after, self._waiting),
            unreported=self._bring_back(Status.STOPPING, stuck_after, self._waiting),
        )

    def _bring_back(self, status: Status, after: float, queue: Queue) -> int:
        found = 0
        for job in self._candidates(status, self._clock() - after):
            if self._requeue(job, after, queue):
                found += 1
            if found == LIMIT:
                break
        return found

    def _candidates(self, status: Status, until: float) -> Iterator[Job]:
        for job_id in self._store.waiting(status, until=until):
            job = self._store.get(job_id)
            # The index may be seconds old.
            if job is not None and job.status is status:
                yield job

    def _requeue(self, job: Job, after: float, queue: Queue) -> bool:
        now = self._clock()
        if job.leased(now) or not _overdue(job, now, after):
            return False
        status = Status.QUEUED if job.status is Status.SCHEDULED else job.status
        try:
            self._store.replace(job.changed(status=status, updated_at=now))
        except StaleJob:
            return False
        try:
            with correlation.bound(correlation.accept(job.correlation_id)):
                queue.put(Task(job.id, job.attempt))
        except UpstreamError as error:
            logger().warning("task not enqueued", extra={"reason": str(error)})
            return False
        return True


def _overdue(job: Job, now: float, after: float) -> bool:
    if job.status is Status.SCHEDULED:
        return (job.due_at or 0.0) <= now
    if job.status is Status.QUEUED:
        return True
    return max(job.next_at, job.lease_until, job.updated_at) + after <= now
