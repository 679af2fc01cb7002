"""An event of the eSIM provider makes a waiting job look earlier, and changes nothing else."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from portal.engine.model import Task
from portal.engine.states import Status
from portal.queues.task_consumer import task_consumer
from portal.queues.task_message import TaskMessage

from tests.events import sqs_event
from tests.fakes.faults import Fault, Killed
from tests.fakes.provisioning import esim_line, loaded_order, order_line
from tests.unit.functions.provision.world import JOB_ID, World, assert_exactly_once

NEVER = 10_000


def waiting(*, looks: int = NEVER) -> World:
    """A job whose line has been pending for an hour: it looks every five minutes now."""
    world = World(loaded_order(order_line(), esim_line()))
    world.esim.polls = looks
    world.press()
    world.settle(hours=1)
    assert world.job.status is not Status.SUCCEEDED
    return world


def woken(world: World, task: Task | None = None) -> dict[str, Any]:
    """A message beside the job's own reaches the worker."""
    message = TaskMessage.of(task or world.runner_task(), wakes=True)
    event = sqs_event(message.model_dump(by_alias=True), queue="provision")
    return task_consumer(world.runner().work, world.queues).consume(event, world.context)


def test_who_waits_is_told_when_the_wait_begins_and_not_at_each_look() -> None:
    world = waiting()
    assert world.esim_waits.tasks == {("gigs", "sub_1"): Task(JOB_ID, 1)}
    assert world.faults.names.count("dynamodb wait") == 1


def test_a_woken_job_is_done_at_once() -> None:
    world = waiting()
    world.esim.polls = 1
    began = world.clock.now
    assert woken(world) == {"batchItemFailures": []}
    assert world.job.status is Status.SUCCEEDED
    assert world.clock.now == began
    assert_exactly_once(world)
    world.drain()
    assert_exactly_once(world)


def test_without_the_event_the_job_is_done_at_its_next_look() -> None:
    world = waiting()
    world.esim.polls = 1
    began = world.clock.now
    world.settle(hours=1)
    assert world.clock.now - began <= 300
    assert_exactly_once(world)


def test_a_job_that_is_woken_in_vain_keeps_its_one_message_and_its_retries() -> None:
    world = waiting()
    before = len(world.queue.messages) + len(world.waiting.messages)
    runs = world.job.runs
    for _ in range(20):
        woken(world)
    assert len(world.queue.messages) + len(world.waiting.messages) == before == 1
    assert world.job.runs == runs
    world.esim.polls = 1
    world.settle(hours=1)
    assert_exactly_once(world)


@pytest.mark.parametrize("fault", list(Fault))
def test_trouble_in_a_woken_run_loses_nothing(fault: Fault) -> None:
    world = waiting()
    world.esim.polls = 1
    world.faults.always = lambda name: fault if name == "whmcs AddOrder" else None
    with contextlib.suppress(Killed):
        woken(world)
    world.faults.always = lambda _: None
    world.settle(hours=6)
    world.drain()
    assert_exactly_once(world)


def test_an_event_for_a_job_that_is_over_does_nothing() -> None:
    world = waiting()
    world.esim.polls = 1
    world.settle(hours=1)
    calls = len(world.faults.names)
    woken(world, Task(JOB_ID, 1))
    assert len(world.faults.names) <= calls + 1
    assert_exactly_once(world)


def test_a_wait_that_cannot_be_told_is_polled_out() -> None:
    world = World(loaded_order(order_line(), esim_line()))
    world.esim.polls = 5
    world.faults.always = lambda name: Fault.UNAVAILABLE if name == "dynamodb wait" else None
    world.press()
    world.settle(hours=2)
    assert_exactly_once(world)
    assert world.esim_waits.tasks == {}
