"""Scheduled starts, waiting, hand-over, cancellation, lost messages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from portal.domain.lease import NOT_LEASED
from portal.engine.model import Task
from portal.engine.start import Cancellation, cancel
from portal.engine.states import Status
from portal.provisioning.view import job_view

from tests.fakes.faults import Fault, Killed
from tests.fakes.provisioning import esim_line, loaded_order, order_line
from tests.fakes.workflow import START
from tests.unit.functions.provision.world import JOB_ID, World, assert_exactly_once, unchanged

TOMORROW = START + 86_400


def scheduled() -> World:
    at = datetime.fromtimestamp(TOMORROW, UTC)
    world = World(loaded_order(activation_type="Scheduled", activation_at=at))
    world.press()
    return world


def test_a_scheduled_order_waits_until_it_is_due() -> None:
    world = scheduled()
    world.settle(hours=23)
    assert (world.job.status, world.salesforce.status) == (Status.SCHEDULED, "Scheduled")
    assert job_view(world.job).status == "scheduled"
    assert not world.whmcs.all_orders
    assert not world.queue.messages
    world.settle(hours=2)
    assert_exactly_once(world)
    assert TOMORROW <= world.clock.now < TOMORROW + 400
    assert world.salesforce.order is not None
    assert world.salesforce.order.attempt_count == 1


def test_a_scheduled_order_is_read_again_when_it_is_due() -> None:
    world = scheduled()
    world.settle(hours=1)
    world.salesforce.change(status="Cancelled")
    world.settle(hours=30)
    assert world.job.last_error is not None
    assert world.job.last_error.code == "order-status"
    assert not world.whmcs.all_orders


def test_a_schedule_in_the_past_starts_at_once() -> None:
    at = datetime.fromtimestamp(START - 5, UTC)
    world = World(loaded_order(activation_type="Scheduled", activation_at=at))
    world.press()
    world.settle()
    assert_exactly_once(world)
    assert world.clock.now < START + 60


def test_pending_esims_cost_polls_and_no_retries() -> None:
    world = World(loaded_order(esim_line(1, quantity=Decimal(3))))
    world.esim.polls = 40
    world.press()
    world.settle()
    assert_exactly_once(world)
    assert world.job.runs == 1
    assert world.faults.names.count("esim activate") == 3
    assert world.faults.names.count("esim find") == 40


def test_patience_ends() -> None:
    world = World(loaded_order(esim_line(1)))
    world.esim.polls = 10_000
    world.press()
    world.settle(hours=48)
    assert world.job.last_error is not None
    assert world.job.last_error.code == "esim-activation-pending"
    assert 24 * 3600 < world.clock.now - START < 25 * 3600


def test_an_invocation_hands_over_when_its_time_runs_out() -> None:
    world = World()

    def slow(name: str) -> None:
        if name == "esim activate":
            world.context.left = 40.0
        if name == "dynamodb get":
            world.context.left = 150.0

    world.faults.always = slow
    world.press()
    world.settle()
    assert_exactly_once(world)
    assert "handed-over" in world.store.kinds()
    assert world.job.runs == 1


def test_each_step_in_an_invocation_of_its_own() -> None:
    """With time for one step only, a job still goes through, and hand-overs are no failures."""
    world = World()
    world.press()
    left: Iterator[float] = iter(())

    def remaining() -> float:
        return next(left, 0.0)

    for _ in range(40):
        if world.job.status.over:
            break
        left = iter([150.0] * 4)
        verdict = world.runner().work(Task(JOB_ID, 1), remaining)
        assert verdict.delay <= 10
    assert_exactly_once(world)
    assert "handed-over" in world.store.kinds()
    assert world.job.runs == 1


@pytest.mark.parametrize("number", [4, 5, 9])
def test_many_esims_at_a_slow_provider_take_several_invocations_and_no_retries(number: int) -> None:
    world = World(loaded_order(esim_line(1, quantity=Decimal(number))))

    def slow(name: str) -> None:
        if name == "dynamodb get":
            world.context.left = 150.0
        if name.startswith("esim"):
            assert world.context.left >= 20.0, "a call that the invocation may not survive"
            world.context.left -= 30.0

    world.faults.always = slow
    world.press()
    world.settle()
    assert_exactly_once(world)
    assert not world.observer.retries
    assert world.faults.names.count("esim activate") == number


def test_a_timeout_that_is_too_short_is_a_failure_and_not_a_loop() -> None:
    world = World(seconds=20.0)
    world.press()
    world.settle()
    assert world.job.last_error is not None
    assert world.job.last_error.code == "out-of-time"


@pytest.mark.parametrize("lost", ["start", "postponed"])
def test_the_sweeper_finds_jobs_without_a_message(lost: str) -> None:
    world = World(loaded_order(order_line(1)))
    if lost == "start":
        world.faults.always = lambda name: Fault.UNAVAILABLE if name == "sqs put" else None
        assert world.press().outcome == "accepted"
        world.faults.always = lambda _: None
    else:
        world.press()
        world.faults.plan = {len(world.faults.names) + 8: Fault.UNAVAILABLE}
        world.work()
        world.lose_messages()
    assert not world.queue.messages
    world.settle()
    assert_exactly_once(world)


def test_the_sweeper_leaves_a_backlog_alone() -> None:
    world = World()
    world.press()
    world.clock.now += 3_600
    assert world.sweep().lost == 0
    assert world.queue.sent == 1
    world.clock.now += 3_700
    assert world.sweep().lost == 1
    world.settle()
    assert_exactly_once(world)


def test_the_sweeper_leaves_running_and_waiting_jobs_alone() -> None:
    world = World()
    world.press()
    world.faults.plan = {len(world.faults.names) + 6: Fault.UNAVAILABLE}
    world.work()
    assert world.job.status is Status.RUNNING
    world.clock.now += 120
    assert world.sweep().stuck == 0
    assert world.queue.sent == 1


def test_cancelled_before_the_worker_came() -> None:
    world = World()
    world.press()
    asked = world.cancel()
    assert asked is Cancellation.CANCELLED
    world.settle()
    assert (world.job.status, world.salesforce.status) == (Status.CANCELLED, "Not Started")
    assert world.salesforce.progress[-1].error_code == "cancelled"
    assert not world.whmcs.all_orders
    world.drain()
    assert world.press().attempt == 2
    world.settle()
    assert_exactly_once(world)


def test_a_scheduled_order_is_called_off() -> None:
    world = scheduled()
    world.settle(hours=1)
    assert world.cancel() is Cancellation.CANCELLED
    world.settle()
    assert world.job.status is Status.CANCELLED
    world.settle(hours=48)
    assert not world.whmcs.all_orders


@pytest.mark.parametrize("call", range(33))
def test_cancelled_at_any_moment(call: int) -> None:
    """Either nothing was ordered, or everything is."""
    world = World()
    world.press()
    world.faults.names.clear()
    answers: list[Cancellation] = []

    def operator(_: str) -> None:
        if len(world.faults.names) == call + 1 and not answers:
            answers.append(Cancellation.UNKNOWN)
            answers[0] = cancel(
                world.store, world.queue, JOB_ID, text="called off", now=world.clock.now
            )

    world.faults.always = operator
    world.settle()
    assert answers
    if world.job.status is Status.CANCELLED:
        assert answers[0] in (Cancellation.REQUESTED, Cancellation.CANCELLED)
        assert not world.whmcs.all_orders
        assert not world.esim.lines
        assert world.salesforce.status == "Not Started"
    else:
        assert answers[0] in (Cancellation.TOO_LATE, Cancellation.OVER)
        assert_exactly_once(world)
    assert world.job.lease == NOT_LEASED


def test_cancelling_what_is_over_or_unknown() -> None:
    world = World()
    assert world.cancel() is Cancellation.UNKNOWN
    world.press()
    world.settle()
    with unchanged(world):
        assert world.cancel() is Cancellation.OVER


def test_a_lease_from_a_clock_far_ahead_does_not_hold_for_ever() -> None:
    world = World()
    world.press()
    world.clock.now += 50 * 86_400
    world.faults.plan = {len(world.faults.names) + 3: Fault.KILLED_AFTER}
    world.work()
    assert world.job.lease != NOT_LEASED
    world.clock.now = START + 10
    for message in world.queue.messages.values():
        message.visible_at = world.clock.now
    world.settle()
    assert_exactly_once(world)


def test_messages_of_an_older_attempt_do_nothing() -> None:
    world = World()
    world.whmcs.pay_method = False
    world.press()
    world.settle()
    world.whmcs.pay_method = True
    world.press()
    world.queue.messages.clear()
    world.queue.put(Task(JOB_ID, 1))
    world.queue.put(Task("provision#801000000000777AAA", 1))
    with unchanged(world):
        world.work()
        world.work()
    assert world.job.status is Status.QUEUED
    world.settle()
    assert_exactly_once(world)


def test_killed_before_the_message_was_sent() -> None:
    world = World()
    world.faults.always = lambda name: Fault.KILLED_BEFORE if name == "sqs put" else None
    with pytest.raises(Killed):
        world.press("key-1")
    world.faults.always = lambda _: None
    assert world.press("key-1").outcome == "replayed"
    world.settle()
    assert_exactly_once(world)
