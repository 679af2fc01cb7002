"""One thing goes wrong, at every point where something can: the outcome is always the same."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.fakes.faults import Fault
from tests.fakes.provisioning import esim_line, loaded_order, order_line
from tests.unit.functions.provision.world import World, assert_exactly_once, unchanged

# Two eSIMs and two products: several calls of each kind, so that "in between" exists.
LINES = (order_line(1), esim_line(2, quantity=Decimal(2)), order_line(3))


def world() -> World:
    made = World(loaded_order(*LINES))
    made.press()
    made.faults.names.clear()
    return made


def points() -> list[str]:
    untroubled = world()
    untroubled.settle()
    assert_exactly_once(untroubled)
    return untroubled.faults.names


POINTS = points()
EVERYWHERE = [
    pytest.param(number, fault, id=f"{number}-{name}-{fault.name.lower()}")
    for number, name in enumerate(POINTS)
    for fault in Fault
]


# A write without a condition that leaves an hour late cannot be told from a new one. It cannot be
# late: the lease outlives the invocation, and Lambda ends it at its timeout (docs/adr/0020).
UNCONDITIONAL = {"whmcs AddOrder", "salesforce report"}
THAWABLE = [number for number, name in enumerate(POINTS) if name not in UNCONDITIONAL]


def settle_and_check(made: World) -> None:
    made.settle()
    assert_exactly_once(made)
    made.faults.plan.clear()
    with unchanged(made):
        made.drain()
        assert made.press().outcome == "already-succeeded"


@pytest.mark.parametrize(("number", "fault"), EVERYWHERE)
def test_once(number: int, fault: Fault) -> None:
    made = world()
    made.faults.plan = {number: fault}
    settle_and_check(made)
    assert len(made.faults.names) > len(POINTS)


@pytest.mark.parametrize("fault", [Fault.KILLED_BEFORE, Fault.KILLED_AFTER])
@pytest.mark.parametrize("number", range(len(POINTS)))
def test_killed_and_the_next_run_too(number: int, fault: Fault) -> None:
    made = world()
    made.faults.plan = {number: fault, number + 5: fault, number + 11: Fault.LOST_ANSWER}
    settle_and_check(made)


@pytest.mark.parametrize("number", range(len(POINTS)))
def test_a_second_worker_in_the_middle(number: int) -> None:
    """While one worker is in a call, the message is delivered to another one as well."""
    made = world()
    entered = False

    def intrude(_: str) -> None:
        nonlocal entered
        if entered or len(made.faults.names) != number + 1:
            return
        entered = True
        made.queue.put(made.runner_task())
        made.work()

    made.faults.always = intrude
    settle_and_check(made)
    assert entered


@pytest.mark.parametrize("number", THAWABLE)
def test_frozen_until_the_lease_has_gone(number: int) -> None:
    """A worker stands still for an hour before a call; others finish; then it goes on."""
    made = world()
    entered = False

    def freeze(_: str) -> None:
        nonlocal entered
        if entered or len(made.faults.names) != number + 1:
            return
        entered = True
        made.clock.now += 3_600
        made.sweep()
        made.settle()

    made.faults.always = freeze
    settle_and_check(made)
    assert entered


def test_throttled_tables_only_cost_time() -> None:
    made = world()
    calls = iter(range(10_000))
    # Not after the end: the press that follows is a request, which its caller repeats.
    made.faults.always = lambda name: (
        Fault.THROTTLED
        if name.startswith("dynamodb") and not made.job.status.over and next(calls) % 9 == 8
        else None
    )
    settle_and_check(made)
    assert next(calls) > 18
