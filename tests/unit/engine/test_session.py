"""One invocation's hold on a job: checkpoints, lease, time, what others write meanwhile."""

from __future__ import annotations

from typing import ClassVar

import pytest
from portal.domain.lease import NOT_LEASED, Lease, LeaseLost
from portal.engine.failures import CancelRequested, OutOfTime
from portal.engine.model import Job, LastError, StepState
from portal.engine.ports import StaleJob
from portal.engine.session import RESERVE_SECONDS, Session
from portal.engine.states import Status
from portal.engine.steps import Record, Run, Step, StepKey

from tests.fakes.workflow import TOY_JOB, FakeClock, MemoryJobStore, toy_job


class Sent(Record):
    """What the steps leave."""

    sent: bool = False
    order: int = 0


ANY, READING = StepKey("any", Sent), StepKey("reading", Sent)


class Acting(Step[Sent]):
    """A step; the session never runs it."""

    key = ANY
    seconds: ClassVar[float] = 10

    def run(self, run: Run) -> Sent:
        raise NotImplementedError


class Reading(Acting):
    """One that a new attempt does again."""

    key = READING
    each_attempt: ClassVar[bool] = True


class World:
    """A store with one job, and the session that has its lease."""

    def __init__(self, **changes: object) -> None:
        self.clock, self.store, self.left = FakeClock(), MemoryJobStore(), 100.0
        job = toy_job(status=Status.RUNNING, lease=Lease("me", int(self.clock.now + 100))).changed(
            **changes
        )
        self.session = Session(
            self.store, self.store.replace(job), remaining=lambda: self.left, clock=self.clock
        )

    @property
    def stored(self) -> Job:
        return self.store.jobs[TOY_JOB]

    def meanwhile(self, **changes: object) -> None:
        """Somebody else writes the job."""
        self.store.replace(self.stored.changed(**changes))


def test_time_is_kept_for_the_last_checkpoint() -> None:
    world = World()
    world.left = 10 + RESERVE_SECONDS
    world.session.require(10)
    world.left -= 0.1
    with pytest.raises(OutOfTime):
        world.session.require(10)


def test_a_step_from_intent_to_checkpoint() -> None:
    last_error = LastError(code="whmcs-unavailable", message="", step="any", at=0.0)
    world = World(waits=3, waiting_since=5.0, last_error=last_error)
    session = world.session
    assert session.enter(Acting())
    assert world.stored.steps["any"].state is StepState.STARTED
    world.clock.now += 7
    session.save(Sent(sent=True))
    session.save(Sent(sent=True, order=1))
    assert world.stored.steps["any"].data == {"sent": True, "order": 1}
    assert session.progressed
    session.complete(Acting(), Sent(order=1))
    session.release()
    stored, record = world.stored, world.stored.steps["any"]
    assert (record.state, record.done_at, record.data) == (
        StepState.DONE,
        world.clock.now,
        {"order": 1},
    )
    assert record.started_at == world.clock.now - 7
    assert (stored.waits, stored.waiting_since, stored.last_error) == (0, None, None)
    assert stored.updated_at == world.clock.now


def completed(world: World) -> Session:
    """A session in which a step has just been completed, and noted so."""
    session = world.session
    session.enter(Acting())
    session.save(Sent(sent=True))
    session.complete(Acting(), Sent(order=1))
    session.note("step-done")
    return session


def test_a_result_is_written_when_the_next_step_begins() -> None:
    world = World()
    session = completed(world)
    assert session.result(ANY) == Sent(order=1)
    assert session.finished(Acting())
    assert world.stored.steps["any"].state is StepState.STARTED
    version = world.stored.version
    session.enter(Reading())
    assert world.stored.version == version + 1
    states = {name: record.state for name, record in world.stored.steps.items()}
    assert states == {"any": StepState.DONE, "reading": StepState.STARTED}
    assert world.stored.steps["any"].data == {"order": 1}


def test_a_result_is_written_when_a_step_that_had_begun_looks() -> None:
    world = World()
    world.session.enter(Reading())
    session = completed(world)
    assert not session.enter(Reading())
    assert world.stored.steps["any"].done
    assert world.stored.current_step == "reading"


def test_history_has_a_result_after_it_is_written() -> None:
    world = World()
    session = completed(world)
    assert world.store.kinds() == []
    world.clock.now += 5
    session.release()
    session.note("handed-over")
    assert [(event.kind, event.step) for _, event in world.store.events] == [
        ("step-done", "any"),
        ("handed-over", "any"),
    ]
    assert world.store.events[0][1].at == world.clock.now - 5


def test_a_result_that_cannot_be_written_is_as_after_a_crash() -> None:
    world = World()
    session = completed(world)
    world.meanwhile(lease=Lease("somebody", 0))
    with pytest.raises(LeaseLost):
        session.enter(Reading())
    assert world.stored.steps["any"].state is StepState.STARTED
    assert world.store.kinds() == []


def test_a_cancellation_goes_on_from_what_is_written() -> None:
    world = World()
    session = completed(world)
    world.meanwhile(cancel_requested=True)
    with pytest.raises(CancelRequested):
        session.enter(Reading())
    assert session.record(ANY) == Sent(sent=True)
    session.release()
    assert world.stored.steps["any"].state is StepState.STARTED
    assert world.store.kinds() == []


def test_a_step_that_had_begun_is_not_begun_anew() -> None:
    world = World()
    world.session.enter(Acting())
    world.session.save(Sent(sent=True))
    world.session.enter(Reading())
    assert not world.session.enter(Acting())
    assert world.stored.current_step == "any"
    assert world.stored.steps["any"].data == {"sent": True}


def test_a_new_attempt_reads_again_what_a_person_may_have_mended() -> None:
    world = World()
    for step in (Acting(), Reading()):
        world.session.enter(step)
        world.session.complete(step, Sent(order=1))
    assert world.session.finished(Reading())
    world.session.write(attempt=2)
    assert world.session.finished(Acting())
    assert not world.session.finished(Reading())
    assert world.session.enter(Reading())
    assert world.session.record(READING) is None
    assert world.session.result(ANY) == Sent(order=1)


def test_history_says_which_step_and_why() -> None:
    world = World(current_step="any")
    world.session.note("retry", "whmcs-unavailable")
    ((_, event),) = world.store.events
    assert (event.step, event.kind, event.detail) == ("any", "retry", "whmcs-unavailable")


def test_a_released_job_can_be_taken_at_once() -> None:
    world = World()
    world.session.release(next_at=5.0)
    assert world.stored.lease == NOT_LEASED
    assert world.stored.next_at == 5.0


def test_a_touch_beside_the_work_does_not_stop_it() -> None:
    world = World()
    world.meanwhile(updated_at=1.0)
    world.session.write(waits=4)
    assert (world.stored.waits, world.stored.version) == (4, 3)
    world.session.write(waits=5)
    assert world.stored.waits == 5


def test_who_lost_the_lease_writes_nothing() -> None:
    world = World()
    world.meanwhile(lease=Lease("somebody", 0), waits=1)
    with pytest.raises(LeaseLost):
        world.session.write(waits=4)
    assert world.stored.waits == 1
    del world.store.jobs[TOY_JOB]
    with pytest.raises(LeaseLost):
        world.session.write(waits=4)
    assert not world.store.jobs


def test_a_job_that_never_stands_still_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    world, tries = World(), list[Job]()

    def stale(job: Job) -> Job:
        tries.append(job)
        raise StaleJob(world.stored)

    monkeypatch.setattr(world.store, "replace", stale)
    with pytest.raises(LeaseLost):
        world.session.write(waits=4)
    assert 1 < len(tries) < 10


def test_an_operator_is_heard_once() -> None:
    world = World()
    world.meanwhile(cancel_requested=True)
    with pytest.raises(CancelRequested):
        world.session.write(waits=4)
    assert world.session.job.cancel_requested
    world.meanwhile(updated_at=1.0)
    world.session.write(status=Status.STOPPING)
    assert world.stored.status is Status.STOPPING
