"""Several workers, several messages, several presses of the button, all at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.integration.kill.counting import Tally
from tests.integration.kill.exactly_once import assert_exactly_once
from tests.integration.kill.killing import held_at, untroubled
from tests.integration.kill.lanes import Case, Lane
from tests.integration.kill.points import Held, vendor_calls
from tests.integration.kill.presses import press, second
from tests.integration.kill.process import Outcome
from tests.integration.kill.provisioning import Provisioning
from tests.integration.kill.shapes import MIXED, SHAPES, Shape

pytestmark = pytest.mark.stack

ROUNDS = 3


def test_another_message_arrives_during_a_slow_call(lane: Lane, tally: Tally) -> None:
    tally.run("together", during_each_call(lane, second_worker_leaves_it_alone))


def test_the_lease_ends_during_a_slow_call(lane: Lane, tally: Tally) -> None:
    tally.run("together", during_each_call(lane, second_worker_takes_over))


def test_the_button_is_pressed_again_during_a_slow_call(lane: Lane, tally: Tally) -> None:
    tally.run("together", during_each_call(lane, pressed_again))


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_two_workers_race(tally: Tally, shape: Shape) -> None:
    cases = [
        (f"{shape.name}: race {number}", partial(race, shape=shape)) for number in range(ROUNDS)
    ]
    tally.run("together", cases)


def during_each_call(lane: Lane, what: Callable[..., None]) -> Iterator[Case]:
    world, calls = untroubled(lane, MIXED)
    for number, held in vendor_calls(calls, world.installation).items():
        name = f"{number:02d} {held.emulator} {held.operation}: {what.__name__}"
        yield name, partial(what, held=held)


def second_worker_leaves_it_alone(lane: Lane, *, held: Held) -> None:
    world = Provisioning(lane, MIXED)
    hold = held_at(world, held, "before")
    world.begin()
    assert hold.arrived()
    before = world.job
    outcome = second(world).invoke({"Records": [world.message]})
    assert outcome.answer == {"batchItemFailures": []}
    assert world.installation.backlog("provision") == 1, "no message outlives the lease"
    assert world.job == before
    world.installation.purge("provision")
    hold.release()
    world.finish()
    world.settle()
    assert_exactly_once(world)


def second_worker_takes_over(lane: Lane, *, held: Held) -> None:
    """The vendor has done it, and its answer comes when another worker has done all the rest."""
    world = Provisioning(lane, MIXED)
    hold = held_at(world, held, "after")
    world.begin()
    assert hold.arrived()
    first, world.worker = world.worker, second(world)
    world.settle()
    assert_exactly_once(world)
    hold.release()
    late: Outcome = first.finish()
    assert not late.killed
    assert_exactly_once(world)


def pressed_again(lane: Lane, *, held: Held) -> None:
    """The same key is the same attempt, another one is refused; after the end nothing is done."""
    world = Provisioning(lane, MIXED)
    hold = held_at(world, held, "before")
    world.begin()
    assert hold.arrived()
    replayed, refused = press(world, key="key-1"), press(world, key="key-2")
    assert (replayed.status, refused.status) == (202, 409), (replayed.body, refused.body)
    assert refused.json()["state"] == "in_progress"
    hold.release()
    world.finish()
    world.settle()
    again = press(world, key="key-3")
    assert (again.status, again.json()["status"]) == (200, "provisioned")
    assert world.installation.backlog("provision") == 0
    assert_exactly_once(world)


def race(lane: Lane, *, shape: Shape) -> None:
    """Both receive the message at the same moment; one of them gets the lease."""
    world = Provisioning(lane, shape)
    other = second(world)
    world.begin()
    other.begin({"Records": [world.message]})
    outcomes = [world.worker.finish(), other.finish()]
    assert all(outcome.answer == {"batchItemFailures": []} for outcome in outcomes)
    assert world.installation.backlog("provision") <= 1
    world.installation.purge("provision")
    world.settle()
    assert_exactly_once(world)
