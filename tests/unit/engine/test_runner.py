"""What the runner makes of a task, with one step that does what the test says."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import pytest
from portal import correlation
from portal.domain.lease import NOT_LEASED, Lease
from portal.domain.upstream import CircuitOpen, Refused, Unavailable
from portal.engine.failures import Defer, OutOfTime, Postpone, StopWorkflow
from portal.engine.model import LEASE_MARGIN, Job, StepRecord, StepState, Task
from portal.engine.runner import SURPLUS_SECONDS, Runner
from portal.engine.states import Status
from portal.engine.steps import Record, Run, Step, StepKey, Texts, Workflow
from portal.queues.backoff import Policy
from portal.queues.verdict import Action, Verdict

from tests.fakes.workflow import TOY, TOY_JOB, FakeClock, FakeObserver, MemoryJobStore, toy_job

DONE = Verdict(Action.ACK)


class Part(Record):
    """What the step leaves."""

    part: int = 0


SCRIPTED = StepKey("scripted", Part)
TEXTS = Texts(cancelled="called off", interrupted="interrupted", out_of_time="out of time")


class Scripted(Step[Part]):
    """Calls what it was given."""

    key = SCRIPTED
    seconds: ClassVar[float] = 10

    def __init__(self, world: World) -> None:
        self._world = world

    def run(self, run: Run) -> Part:
        self._world.runs += 1
        self._world.act(run)
        return Part()


class World:
    """One job and its runner."""

    def __init__(self, act: Callable[[Run], None] = lambda run: None) -> None:
        self.act, self.runs, self.left = act, 0, 100.0
        self.reports: list[Status | None] = []
        self.waits: list[str] = []
        self.report: Callable[[Run], None] = lambda run: None
        self.clock, self.store, self.observer = FakeClock(), MemoryJobStore(), FakeObserver()
        self.store.replace(toy_job())

    @property
    def job(self) -> Job:
        return self.store.jobs[TOY_JOB]

    @property
    def runner(self) -> Runner:
        """A fresh process."""
        return Runner(
            store=self.store,
            workflows={
                TOY: Workflow(
                    kind=TOY,
                    texts=TEXTS,
                    upstreams={"whmcs": "whmcs", "salesforce": "salesforce"},
                    steps=[Scripted(self)],
                    on_stopped=self._on_stopped,
                    on_waiting=lambda run, last_error: self.waits.append(last_error.code),
                    result=lambda run: {"made": 1},
                )
            },
            policy=Policy(max_retries=2, jitter=lambda low, high: 1.0),
            observer=self.observer,
            clock=self.clock,
        )

    def change(self, **changes: object) -> None:
        self.store.replace(self.job.changed(**changes))

    def work(self) -> Verdict:
        """Run the job at its time, when its message comes."""
        if self.job.status is not Status.SCHEDULED:
            self.clock.now = max(self.clock.now, self.job.next_at)
        return self.runner.work(Task(TOY_JOB, 1), lambda: self.left)

    def history(self) -> list[tuple[str, str]]:
        return [(event.kind, event.detail) for _, event in self.store.events]

    def _on_stopped(self, run: Run) -> None:
        self.reports.append(run.job.ending)
        self.report(run)


def failing(error: Exception) -> Callable[[Run], None]:
    def act(run: Run) -> None:
        raise error

    return act


def test_a_job_that_goes_well() -> None:
    world = World()
    world.clock.now += 5
    assert world.work() == DONE
    assert (world.job.status, world.job.result) == (Status.SUCCEEDED, {"made": 1})
    assert world.job.finished_at == world.clock.now
    assert world.history() == [("step-done", ""), ("succeeded", "")]
    assert [job.status for job in world.observer.endings] == [Status.SUCCEEDED]
    assert world.observer.steps == ["scripted"]


def test_the_lease_outlives_the_invocation() -> None:
    world, seen = World(), list[Job]()
    world.act = lambda run: seen.append(run.job)
    world.clock.now += 5
    world.work()
    assert seen[0].lease.until == world.clock.now + 100 + LEASE_MARGIN
    assert (seen[0].started_at, seen[0].updated_at) == (world.clock.now, world.clock.now)
    assert (seen[0].status, seen[0].runs) == (Status.RUNNING, 1)


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.FAILED, Status.CANCELLED])
def test_a_message_for_a_job_that_is_over_changes_nothing(status: Status) -> None:
    world = World()
    world.change(status=status)
    before = world.job
    assert world.work() == DONE
    assert (world.runs, world.reports, world.job) == (0, [], before)


def test_a_scheduled_job_is_left_until_it_is_due() -> None:
    world = World(failing(Defer(FakeClock().now + 50)))
    assert world.work() == DONE
    assert (world.job.status, world.job.lease) == (Status.SCHEDULED, NOT_LEASED)
    assert world.history() == [("scheduled", "")]
    assert world.job.runs == 0
    before = world.job
    world.clock.now += 49
    assert world.work() == DONE
    assert world.job == before
    world.clock.now += 1
    world.act = lambda run: None
    world.work()
    assert world.job.status is Status.SUCCEEDED


def test_a_leased_job_is_looked_at_again_when_the_lease_is_over() -> None:
    world = World()
    world.change(status=Status.RUNNING, lease=Lease("other", int(world.clock.now + 70)))
    assert world.work() == Verdict(Action.REQUEUE, 71)
    assert world.runs == 0


def test_a_message_long_before_the_jobs_time_is_surplus() -> None:
    """A duplicate that met the lease of the other copy would be sent again and again."""
    world = World()
    world.change(status=Status.RUNNING, next_at=world.clock.now + SURPLUS_SECONDS + 1)
    assert world.runner.work(Task(TOY_JOB, 1), lambda: 100.0) == DONE
    assert (world.runs, world.job.status) == (0, Status.RUNNING)
    assert world.runner.give_up(Task(TOY_JOB, 1), lambda: 100.0) == DONE
    assert world.job.status is Status.FAILED


@pytest.mark.parametrize("early", [SURPLUS_SECONDS, 0.0])
def test_a_message_from_a_worker_with_another_clock_is_none_too_early(early: float) -> None:
    world = World()
    world.change(status=Status.RUNNING, next_at=world.clock.now + early)
    world.runner.work(Task(TOY_JOB, 1), lambda: 100.0)
    assert (world.runs, world.job.status) == (1, Status.SUCCEEDED)


def test_a_message_that_wakes_a_job_comes_before_its_time() -> None:
    world = World()
    world.change(status=Status.RUNNING, next_at=world.clock.now + 900)
    world.runner.work(Task(TOY_JOB, 1, wakes=True), lambda: 100.0)
    assert (world.runs, world.job.status) == (1, Status.SUCCEEDED)


@pytest.mark.parametrize(
    "error",
    [
        Postpone("esim-activation-pending", "not yet", seconds=600),
        Unavailable("whmcs", "AddOrder", "busy"),
        OutOfTime(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_woken_job_keeps_the_time_of_its_own_message(error: Exception) -> None:
    """The message that woke it is deleted, so a later time would make its own one surplus."""
    world = World(failing(error))
    own = world.clock.now + 200
    world.change(status=Status.RUNNING, next_at=own, runs=1)
    world.runner.work(Task(TOY_JOB, 1, wakes=True), lambda: 100.0)
    assert (world.runs, world.job.status) == (1, Status.RUNNING)
    assert world.job.next_at <= own
    world.clock.now, world.act = own, lambda run: None
    world.runner.work(Task(TOY_JOB, 1), lambda: 100.0)
    assert (world.runs, world.job.status) == (2, Status.SUCCEEDED)


def test_a_woken_job_that_is_stopping_keeps_the_time_of_its_own_message() -> None:
    world = World(failing(StopWorkflow("order-empty", "no lines")))
    world.report = failing(Unavailable("salesforce", "report", "down"))
    for _ in range(5):
        world.work()
    own = world.job.next_at
    world.clock.now += 200
    world.runner.work(Task(TOY_JOB, 1, wakes=True), lambda: 100.0)
    assert (world.job.status, world.job.next_at) == (Status.STOPPING, own)


def test_nothing_begins_without_the_time_for_it() -> None:
    world = World()
    world.left = 12.9
    verdict = world.work()
    assert (verdict.action, world.runs, world.job.steps) == (Action.RETRY, 0, {})
    assert world.job.last_error is not None
    assert world.job.last_error.code == "out-of-time"


def test_the_last_try_ends_in_the_dead_letters_and_a_further_one_in_failed() -> None:
    world = World(failing(Unavailable("whmcs", "AddOrder", "busy")))
    delays = [world.work().delay for _ in range(3)]
    assert delays == [30, 60, 1]
    assert world.job.status is Status.RUNNING
    assert world.history() == [("retry", "whmcs-unavailable")] * 3
    assert world.work() == DONE
    assert world.runs == 3
    assert (world.job.status, world.reports) == (Status.FAILED, [Status.FAILED])
    assert world.history()[3:] == [
        ("stopping", "whmcs-unavailable"),
        ("failed", "whmcs-unavailable"),
    ]
    assert [job.status for job in world.observer.endings] == [Status.FAILED]


def test_a_dead_letter_ends_the_job_whatever_its_runs() -> None:
    world = World(failing(Unavailable("whmcs", "AddOrder", "busy")))
    world.work()
    assert world.runner.give_up(Task(TOY_JOB, 1), lambda: 100.0) == DONE
    assert (world.job.status, world.runs) == (Status.FAILED, 1)


def test_a_failure_that_cannot_be_reported_now_is_only_reported_later() -> None:
    world = World(failing(StopWorkflow("order-empty", "no lines")))
    world.report = failing(Unavailable("salesforce", "report", "down"))
    delays = [world.work().delay for _ in range(5)]
    assert delays == [30, 60, 120, 240, 480]
    assert (world.runs, world.job.status) == (1, Status.STOPPING)
    assert (world.job.waits, world.job.next_at) == (5, world.clock.now + 480)
    assert world.job.lease == NOT_LEASED
    assert world.history()[1:] == [("report-later", "salesforce-unavailable")] * 5
    world.report = lambda run: None
    assert world.work() == DONE
    assert (world.job.status, world.runs, world.job.waits) == (Status.FAILED, 1, 0)
    assert world.job.last_error is not None
    assert world.job.last_error.code == "order-empty"


@pytest.mark.parametrize("irreversible", [False, True])
def test_a_cancellation_counts_until_something_irreversible_was_done(irreversible: bool) -> None:
    world = World()
    begun = StepRecord(
        state=StepState.STARTED, attempt=1, started_at=1.0, irreversible=irreversible
    )
    world.change(cancel_requested=True, steps={"scripted": begun})
    world.work()
    expected = Status.SUCCEEDED if irreversible else Status.CANCELLED
    assert (world.job.status, world.runs) == (expected, int(irreversible))


def test_waiting_costs_no_try_and_ends_with_patience() -> None:
    world = World(failing(Postpone("esim-activation-pending", "not yet", seconds=40)))
    assert world.work() == Verdict(Action.REQUEUE, 40)
    assert (world.job.runs, world.job.waits) == (0, 1)
    assert world.job.next_at == world.clock.now + 40
    world.clock.now += Policy().patience
    assert world.work().action is Action.REQUEUE
    world.clock.now += 1
    assert world.work() == DONE
    assert world.job.last_error is not None
    assert world.job.last_error.code == "esim-activation-pending"


@pytest.mark.parametrize(
    ("error", "logged"),
    [(KeyError("x"), True), (Unavailable("whmcs", "AddOrder", "busy"), False)],
)
def test_a_defect_is_logged_with_its_traceback(
    error: Exception, logged: bool, caplog: pytest.LogCaptureFixture
) -> None:
    World(failing(error)).work()
    assert [record.exc_info is not None for record in caplog.records] == [True] * logged


def test_a_worker_that_lost_its_lease_leaves_at_once() -> None:
    world = World()

    def overtake(run: Run) -> None:
        world.change(lease=Lease("another", int(world.clock.now + 500)))

    world.act = overtake
    verdict = world.work()
    assert (verdict.action, world.job.lease.owner) == (Action.RETRY, "another")
    assert world.job.status is Status.RUNNING
    assert world.observer.endings == []


def test_a_checkpoint_that_cannot_be_written_is_left_to_the_next_run() -> None:
    world, writes = World(), list[str]()

    def table(name: str) -> None:
        writes.append(name)
        if writes.count("dynamodb replace") > 2:
            raise Unavailable("dynamodb", "PutItem", "throttled")

    world.store.faults.always = table
    assert world.work() == Verdict(Action.RETRY, 30)
    world.store.faults.always = lambda _: None
    assert (world.runs, world.job.lease == NOT_LEASED) == (1, False)
    assert not world.job.steps["scripted"].done
    world.clock.now = world.job.lease.until
    world.work()
    assert (world.job.status, world.runs) == (Status.SUCCEEDED, 2)


def test_a_table_that_cannot_be_read_costs_the_job_nothing() -> None:
    world = World()
    world.store.faults.always = failing_reads
    verdict = world.work()
    world.store.faults.always = lambda _: None
    assert verdict.action is not Action.ACK
    assert (world.job.runs, world.runs) == (0, 0)


def failing_reads(name: str) -> None:
    if name == "dynamodb get":
        raise Refused("dynamodb", "GetItem", "no")


def circuit_open(seconds: float = 60) -> CircuitOpen:
    return CircuitOpen("salesforce", "any", "down", retry_after=seconds)


def test_an_open_circuit_sends_the_job_to_those_that_wait_later_each_time() -> None:
    world = World(failing(Unavailable("whmcs", "AddOrder", "busy")))
    world.work()
    world.act = failing(circuit_open())
    verdicts = [world.work() for _ in range(3)]
    assert verdicts == [Verdict(Action.PARK, delay) for delay in (60, 120, 240)]
    assert (world.job.runs, world.job.waits) == (1, 3)
    # Once per outage, at the first try that failed.
    assert world.waits == ["whmcs-unavailable", "salesforce-unavailable"]


def test_a_hand_over_gives_back_its_own_try_alone() -> None:
    world = World(failing(Unavailable("whmcs", "AddOrder", "busy")))
    world.work()

    def save_and_run_out(run: Run) -> None:
        run.save(Part(part=1))
        raise OutOfTime

    world.act = save_and_run_out
    assert world.work() == Verdict(Action.REQUEUE)
    assert (world.job.runs, world.job.lease) == (1, NOT_LEASED)


def test_a_failure_is_reported_when_the_circuit_closes() -> None:
    world = World(failing(StopWorkflow("order-empty", "no lines")))
    world.change(waits=5)
    world.report = failing(circuit_open())
    assert world.work() == Verdict(Action.RETRY, 30)
    assert (world.job.status, world.job.waits) == (Status.STOPPING, 1)


def test_a_dead_letter_of_a_cancelled_job_only_reports_it() -> None:
    world = World()
    world.change(status=Status.STOPPING, ending=Status.CANCELLED)
    assert world.runner.give_up(Task(TOY_JOB, 1), lambda: 100.0) == DONE
    assert world.reports == [Status.CANCELLED]
    assert (world.job.status, world.job.finished_at) == (Status.CANCELLED, world.clock.now)


def test_what_exhausted_the_runs_is_told() -> None:
    world = World(failing(Unavailable("whmcs", "AddOrder", "busy")))
    began = world.clock.now
    for _ in range(4):
        world.work()
        world.clock.now += 30
    assert world.job.last_error is not None
    assert world.job.last_error.message == "whmcs AddOrder: busy"
    assert world.job.started_at == began


def test_a_run_has_the_correlation_id_of_its_job_whatever_woke_it() -> None:
    seen: list[str] = []
    world = World(lambda run: seen.append(correlation.current()))
    world.store.jobs[TOY_JOB] = world.job.changed(correlation_id="of-the-request")
    with correlation.bound("of-the-event"):
        world.work()
        assert correlation.current() == "of-the-event"
    assert seen == ["of-the-request"]
