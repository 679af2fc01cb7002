"""When the sweeper takes a job for stuck, where it puts its message, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from portal import correlation
from portal.domain.lease import Lease
from portal.engine import sweeper as module
from portal.engine.model import Job, Task
from portal.engine.ports import StaleJob
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

from tests.fakes.faults import Fault, Faults
from tests.fakes.workflow import START, TOY, TOY_JOB, FakeClock, FakeQueue, MemoryJobStore, toy_job

LATER = START + STUCK_AFTER


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


class World:
    """Jobs that were last written at START; it is ten minutes later."""

    def __init__(self, *jobs: Job) -> None:
        self.clock, self.store = FakeClock(LATER), MemoryJobStore()
        self.fresh, self.waiting = FakeQueue(self.clock), FakeQueue(self.clock)
        for job in jobs:
            self.store.replace(job)

    def sweep(self) -> Swept:
        queues = {TOY: KindQueues(fresh=self.fresh, waiting=self.waiting)}
        return Sweeper(self.store, queues, clock=self.clock).sweep()[TOY]

    @property
    def tasks(self) -> list[Task]:
        queues = (self.fresh, self.waiting)
        return [message.task for queue in queues for message in queue.messages.values()]


def job(status: Status, **changes: object) -> Job:
    return toy_job(status=status, attempt=3).changed(**changes)


def test_its_message_carries_the_correlation_id_of_the_job(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, seen = World(job(Status.QUEUED, correlation_id="correlation-1")), list[str]()
    put = world.fresh.put

    def remember(task: Task, *, delay_seconds: float = 0) -> None:
        seen.append(correlation.current())
        put(task, delay_seconds=delay_seconds)

    monkeypatch.setattr(world.fresh, "put", remember)
    world.sweep()
    assert (seen, correlation.current()) == (["correlation-1"], "")


@pytest.mark.parametrize(
    ("status", "changes", "after"),
    [
        (Status.SCHEDULED, {"due_at": LATER}, Status.QUEUED),
        (Status.QUEUED, {}, Status.QUEUED),
        (Status.RUNNING, {}, Status.RUNNING),
        (Status.STOPPING, {}, Status.STOPPING),
    ],
)
def test_a_job_is_brought_back_once(
    status: Status, changes: dict[str, object], after: Status
) -> None:
    world = World(job(status, **changes))
    world.sweep()
    assert world.tasks == [Task(TOY_JOB, 3)]
    swept = world.store.jobs[TOY_JOB]
    assert (swept.status, swept.updated_at, swept.version) == (after, LATER, 2)
    assert world.sweep() == Swept()
    assert len(world.tasks) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"lease": Lease("w", int(LATER + 1))},
        {"lease": Lease("w", int(START + 1))},
        {"next_at": START + 1},
    ],
    ids=["at work", "its lease ended not long ago", "its message came not long ago"],
)
@pytest.mark.parametrize("status", [Status.RUNNING, Status.STOPPING])
def test_a_job_that_moves_is_left_alone(status: Status, changes: dict[str, object]) -> None:
    world = World(job(status, **changes))
    before = world.store.jobs[TOY_JOB]
    assert world.sweep() == Swept()
    assert (world.store.jobs[TOY_JOB], world.tasks) == (before, [])


@pytest.mark.parametrize(
    "now", [None, job(Status.SUCCEEDED), job(Status.SCHEDULED, due_at=LATER + 1)]
)
def test_an_old_index_is_not_believed(now: Job | None) -> None:
    world = World(*([now] if now else []))

    def old(status: Status, *, until: float) -> Iterator[str]:
        yield from [TOY_JOB] if status is Status.SCHEDULED else []

    world.store.waiting = old  # type: ignore[method-assign]  # as it was seconds ago
    assert world.sweep() == Swept()
    assert world.tasks == []


def test_what_a_worker_has_just_taken_is_the_workers() -> None:
    world = World(job(Status.RUNNING))

    def taken(job: Job) -> Job:
        raise StaleJob(None)

    world.store.replace = taken  # type: ignore[method-assign]  # somebody is faster
    assert (world.sweep(), world.tasks) == (Swept(), [])


def test_a_message_that_cannot_be_put_is_put_by_a_later_round() -> None:
    world = World(job(Status.RUNNING))
    world.waiting.faults = Faults(always=lambda _: Fault.UNAVAILABLE)
    assert world.sweep() == Swept()
    world.waiting.faults = Faults()
    world.clock.now += STUCK_AFTER
    assert world.sweep() == Swept(stuck=1)


def test_a_round_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", 2)
    world = World(*(job(Status.QUEUED, id=f"job-{number}") for number in range(5)))
    assert world.sweep() == Swept(lost=2)
    world.fresh.messages.clear()
    assert world.sweep() == Swept(lost=2)
    world.fresh.messages.clear()
    assert world.sweep() == Swept(lost=1)
