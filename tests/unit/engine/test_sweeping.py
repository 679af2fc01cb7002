"""What the sweeper touches, what it leaves alone, and how often it does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from portal import correlation
from portal.domain.lease import Lease
from portal.engine import sweeper as module
from portal.engine.model import Job, Task
from portal.engine.ports import StaleJob
from portal.engine.states import Status
from portal.engine.sweeper import STUCK_AFTER, KindQueues, Sweeper, Swept

from tests.fakes.faults import Fault, Faults
from tests.fakes.workflow import START, TOY, TOY_JOB, FakeClock, FakeQueue, MemoryJobStore, toy_job

LATER = START + STUCK_AFTER


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
