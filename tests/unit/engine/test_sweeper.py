"""When the sweeper takes a job that does not move for stuck, and where it puts its message."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from portal.engine.model import Task
from portal.engine.states import Status
from portal.engine.sweeper import (
    AFTER_WITH_BACKLOG,
    AFTER_WITH_OUTAGE_BACKLOG,
    LOST_AFTER,
    STUCK_AFTER,
    KindQueues,
    Sweeper,
    Swept,
)

from tests.fakes.workflow import TOY, FakeClock, FakeQueue, MemoryJobStore, toy_job


@dataclass
class Office:
    """One job, two queues, and what the sweeper does about them."""

    status: Status
    clock: FakeClock = field(default_factory=FakeClock)
    store: MemoryJobStore = field(default_factory=MemoryJobStore)

    def __post_init__(self) -> None:
        self.fresh, self.waiting = FakeQueue(self.clock), FakeQueue(self.clock)
        now = self.clock.now
        due = now if self.status is Status.SCHEDULED else None
        self.store.replace(toy_job(status=self.status, due_at=due))

    def sweep(self) -> Swept:
        queues = {TOY: KindQueues(fresh=self.fresh, waiting=self.waiting)}
        return Sweeper(self.store, queues, clock=self.clock).sweep()[TOY]


UNDER_WAY = pytest.mark.parametrize("status", [Status.RUNNING, Status.STOPPING])


@UNDER_WAY
@pytest.mark.parametrize(
    ("fresh", "waiting", "after"),
    [
        (0, 0, STUCK_AFTER),
        (1, 0, AFTER_WITH_BACKLOG),
        (0, 1, AFTER_WITH_OUTAGE_BACKLOG),
        (1, 1, AFTER_WITH_OUTAGE_BACKLOG),
    ],
)
def test_a_backlog_is_given_time(status: Status, fresh: int, waiting: int, after: float) -> None:
    office = Office(status)
    for queue, messages in ((office.fresh, fresh), (office.waiting, waiting)):
        for _ in range(messages):
            queue.put(Task("other", 1))
    office.clock.now += after - 1
    assert office.sweep() == Swept()
    office.clock.now += 1
    swept = office.sweep()
    assert swept.stuck + swept.unreported == 1


@UNDER_WAY
def test_what_was_under_way_does_not_stand_before_fresh_jobs(status: Status) -> None:
    office = Office(status)
    office.clock.now += STUCK_AFTER
    office.sweep()
    assert (office.fresh.sent, office.waiting.sent) == (0, 1)


@pytest.mark.parametrize("status", [Status.QUEUED, Status.SCHEDULED])
def test_jobs_that_have_not_begun_are_fresh(status: Status) -> None:
    office = Office(status)
    office.waiting.put(Task("left behind by an outage", 1))
    office.clock.now += LOST_AFTER
    swept = office.sweep()
    assert swept.lost + swept.due == 1
    assert (office.fresh.sent, office.waiting.sent) == (1, 1)
