"""Asking for a job, asking again after it failed, calling it off."""

from __future__ import annotations

from dataclasses import replace

import pytest
from portal.domain.lease import Lease
from portal.domain.upstream import Unavailable
from portal.engine.model import Hold, Job, KeyUse, LastError, StepRecord, StepState, Task, job_id
from portal.engine.ports import KeyTaken, StaleJob
from portal.engine.start import Cancellation, StartOutcome, StartRequest, cancel, request_start
from portal.engine.states import Status

from tests.fakes.faults import Fault, Faults
from tests.fakes.workflow import START, TOY, TOY_JOB, FakeClock, FakeQueue, MemoryJobStore, toy_job

WANTED = StartRequest(
    kind=TOY,
    subject="1",
    scope="caller",
    key="key-2",
    payload_hash="hash",
    input={"by": "second"},
    correlation_id="corr-2",
)
LOAD = StepRecord(state=StepState.DONE, attempt=1, started_at=1.0, done_at=2.0)
ENDED = Job(
    id=TOY_JOB,
    kind=TOY,
    subject="1",
    status=Status.FAILED,
    attempt=1,
    requested_at=1.0,
    updated_at=2.0,
    runs=8,
    correlation_id="corr-1",
    input={"by": "first"},
    steps={"load": LOAD},
    current_step="load",
    due_at=3.0,
    waits=4,
    next_at=4.0,
    waiting_since=5.0,
    cancel_requested=True,
    ending=Status.FAILED,
    last_error=LastError(code="order-empty", message="", step="load", at=6.0),
    started_at=7.0,
    finished_at=8.0,
)


class World:
    """A store and a queue, with a job or without."""

    def __init__(self, job: Job | None = None) -> None:
        self.clock, self.faults = FakeClock(), Faults()
        self.store, self.queue = MemoryJobStore(self.faults), FakeQueue(self.clock)
        if job is not None:
            self.store.replace(job)

    @property
    def job(self) -> Job:
        return self.store.jobs[TOY_JOB]

    @property
    def tasks(self) -> list[Task]:
        return [message.task for message in self.queue.messages.values()]

    def cancel(self) -> Cancellation:
        return cancel(self.store, self.queue, TOY_JOB, text="called off", now=self.clock.now)


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED])
def test_a_new_attempt_keeps_what_was_done_and_nothing_of_how_it_failed(status: Status) -> None:
    world = World(replace(ENDED, status=status))
    started = request_start(world.store, world.queue, WANTED, now=START)
    assert (started.outcome, started.attempt) == (StartOutcome.ACCEPTED, 2)
    assert world.job == Job(
        id=TOY_JOB,
        kind=TOY,
        subject="1",
        status=Status.QUEUED,
        attempt=2,
        version=2,
        requested_at=START,
        updated_at=START,
        correlation_id="corr-2",
        input={"by": "second"},
        steps={"load": LOAD},
        current_step="load",
    )
    assert world.tasks == [Task(TOY_JOB, 2)]
    assert world.store.keys == {
        WANTED.scoped_key: KeyUse(job_id=TOY_JOB, payload_hash="hash", attempt=2)
    }
    assert world.store.kinds() == ["requested"]


@pytest.mark.parametrize("status", [Status.QUEUED, Status.SCHEDULED, Status.RUNNING])
def test_two_presses_at_once_are_one_attempt(status: Status) -> None:
    """The other press wins between our look and our write."""
    world = World(ENDED)
    begin = world.store.begin

    def late(job: Job, key: str, use: KeyUse, **_: object) -> Job:
        world.store.replace(world.job.changed(status=status, attempt=2))
        return begin(job, key, use)

    world.store.begin = late  # type: ignore[method-assign]  # somebody is faster
    started = request_start(world.store, world.queue, WANTED, now=START)
    assert (started.outcome, started.attempt) == (StartOutcome.ALREADY_RUNNING, 2)
    assert (world.tasks, world.store.keys) == ([], {})


def test_the_same_press_twice_at_once_is_one_attempt() -> None:
    world = World(ENDED)

    def late(job: Job, key: str, use: KeyUse, **_: object) -> Job:
        world.store.keys[key] = use
        raise KeyTaken

    world.store.begin = late  # type: ignore[method-assign]  # somebody is faster
    started = request_start(world.store, world.queue, WANTED, now=START)
    assert (started.outcome, started.attempt) == (StartOutcome.REPLAYED, 2)
    assert world.tasks == []


def test_nothing_is_promised_when_the_job_never_stands_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(ENDED)

    def never(*_: object, **__: object) -> Job:
        raise StaleJob(None)

    monkeypatch.setattr(world.store, "begin", never)
    with pytest.raises(Unavailable):
        request_start(world.store, world.queue, WANTED, now=START)
    world.store.replace(world.job.changed(status=Status.QUEUED, steps={}))
    monkeypatch.setattr(world.store, "replace", never)
    with pytest.raises(Unavailable):
        world.cancel()


IRREVERSIBLE = replace(LOAD, irreversible=True)
WAITING = toy_job(status=Status.SCHEDULED, requested_at=1.0, updated_at=1.0)


@pytest.mark.parametrize("status", [Status.QUEUED, Status.SCHEDULED, Status.RUNNING])
def test_a_job_that_nobody_works_on_is_called_off_at_once(status: Status) -> None:
    world = World(WAITING.changed(status=status, current_step="load", due_at=START + 500))
    assert world.cancel() is Cancellation.CANCELLED
    job = world.job
    assert (job.status, job.ending) == (Status.STOPPING, Status.CANCELLED)
    assert (job.cancel_requested, job.next_at, job.updated_at) == (True, START, START)
    assert job.last_error is not None
    assert (job.last_error.code, job.last_error.step, job.last_error.at) == (
        "cancelled",
        "load",
        START,
    )
    assert world.tasks == [Task(TOY_JOB, 1)]


def test_who_works_on_a_job_is_only_asked() -> None:
    world = World(WAITING.changed(status=Status.RUNNING, lease=Lease("w", int(START + 60))))
    assert world.cancel() is Cancellation.REQUESTED
    assert world.job.status is Status.RUNNING
    assert (world.job.cancel_requested, world.job.ending) == (True, None)
    assert world.tasks == []


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        (
            {"status": Status.RUNNING, "steps": {"load": IRREVERSIBLE}},
            Cancellation.TOO_LATE,
        ),
        ({"status": Status.STOPPING}, Cancellation.TOO_LATE),
        ({"status": Status.SUCCEEDED}, Cancellation.OVER),
    ],
)
def test_what_cannot_be_called_off_is_left_alone(
    changes: dict[str, object], answer: Cancellation
) -> None:
    world = World(WAITING.changed(**changes))
    before = world.job
    assert world.cancel() is answer
    assert (world.job, world.tasks) == (before, [])


def test_a_lost_ticket_is_the_sweepers() -> None:
    world = World()
    world.queue.faults = Faults(always=lambda _: Fault.UNAVAILABLE)
    started = request_start(world.store, world.queue, WANTED, now=START)
    assert started.outcome is StartOutcome.ACCEPTED
    assert world.job.status is Status.QUEUED


ALONE = replace(WANTED, exclusive="line#7")
OTHER = replace(ALONE, subject="2", key="key-3")


def ended(world: World, subject: str, status: Status) -> Job:
    """The job of that subject is over."""
    return world.store.replace(world.store.jobs[job_id(TOY, subject)].changed(status=status))


def test_one_job_at_a_time_works_on_an_exclusive_thing() -> None:
    world = World()
    first = request_start(world.store, world.queue, ALONE, now=START)
    second = request_start(world.store, world.queue, OTHER, now=START)
    assert (first.outcome, second.outcome) == (StartOutcome.ACCEPTED, StartOutcome.BUSY)
    assert second.job == first.job == world.job
    assert (world.job.exclusive, list(world.store.jobs)) == ("line#7", [TOY_JOB])
    assert world.tasks == [Task(TOY_JOB, 1)]


def test_the_same_request_is_answered_whoever_holds_the_thing() -> None:
    world = World()
    request_start(world.store, world.queue, ALONE, now=START)
    ended(world, "1", Status.SUCCEEDED)
    request_start(world.store, world.queue, OTHER, now=START)
    again = request_start(world.store, world.queue, ALONE, now=START)
    assert again.outcome is StartOutcome.REPLAYED


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.FAILED, Status.CANCELLED])
def test_a_job_that_is_over_holds_nothing(status: Status) -> None:
    world = World()
    request_start(world.store, world.queue, ALONE, now=START)
    ended(world, "1", status)
    started = request_start(world.store, world.queue, OTHER, now=START)
    assert started.outcome is StartOutcome.ACCEPTED
    assert world.store.holds == {"line#7": Hold(job_id(TOY, "2"), 1)}


def test_a_later_attempt_needs_its_thing_for_itself() -> None:
    world = World()
    request_start(world.store, world.queue, ALONE, now=START)
    ended(world, "1", Status.FAILED)
    request_start(world.store, world.queue, OTHER, now=START)
    redrive = replace(WANTED, key="redrive", exclusive="")
    assert request_start(world.store, world.queue, redrive, now=START).outcome is StartOutcome.BUSY
    ended(world, "2", Status.SUCCEEDED)
    again = request_start(world.store, world.queue, redrive, now=START)
    assert (again.outcome, again.attempt) == (StartOutcome.ACCEPTED, 2)
    assert world.store.holds == {"line#7": Hold(TOY_JOB, 2)}


def test_a_restart_between_look_and_write_keeps_the_other_job_out() -> None:
    """The job that held the thing had failed when it was looked at, and is under way again."""
    world = World()
    request_start(world.store, world.queue, ALONE, now=START)
    ended(world, "1", Status.FAILED)
    begin = world.store.begin

    def late(job: Job, key: str, use: KeyUse, **options: object) -> Job:
        world.store.begin = begin  # type: ignore[method-assign]  # once
        redrive = replace(ALONE, key="redrive")
        request_start(world.store, world.queue, redrive, now=START)
        return begin(job, key, use, **options)  # type: ignore[arg-type]  # as it was called

    world.store.begin = late  # type: ignore[method-assign]  # somebody is faster
    started = request_start(world.store, world.queue, OTHER, now=START)
    assert started.outcome is StartOutcome.BUSY
    assert [job.attempt for job in world.store.jobs.values()] == [2]
