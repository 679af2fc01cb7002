"""The worker is killed, and so is the one that comes after it; or the killed one's call is late."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import requests
from portal.engine.states import Status

from tests.integration.kill.calls import Call, Strike
from tests.integration.kill.counting import Tally
from tests.integration.kill.exactly_once import assert_exactly_once
from tests.integration.kill.killing import kill_at, untroubled
from tests.integration.kill.lanes import Case, Lane
from tests.integration.kill.points import Point, points
from tests.integration.kill.provisioning import Provisioning
from tests.integration.kill.shapes import MIXED, NO_ESIM, QUANTITIES, TWO_ESIMS, Shape

pytestmark = pytest.mark.stack


@pytest.mark.parametrize(
    ("shape", "moment"),
    [
        (NO_ESIM, "whmcs AddOrder, received"),
        (NO_ESIM, "whmcs AddOrder, committed"),
        (TWO_ESIMS, "gigs POST subscriptions #2, committed"),
    ],
    ids=["order not there", "order there", "second eSIM there"],
)
def test_the_next_worker_is_killed_as_well(
    lane: Lane, tally: Tally, shape: Shape, moment: str
) -> None:
    first = find(lane, shape, moment)
    tally.run("kills", killed_again(lane, shape, first))


def test_an_add_order_that_takes_effect_after_a_look(lane: Lane, tally: Tally) -> None:
    cases: list[Case] = []
    for shape in (MIXED, NO_ESIM, QUANTITIES):
        point = find(lane, shape, "whmcs AddOrder, received")
        for switches in ({}, {"add_order_notes": "kept"}, {"quantity": "many_services"}):
            name = f"{shape.name}: {point.name}, effective after the first look, {switches}"
            case = partial(once_though_late, shape=shape, point=point, switches=switches)
            cases.append((name, case))
    tally.run("kills", cases)


def find(lane: Lane, shape: Shape, ending: str) -> Point:
    """The one point of an untroubled run whose name ends so."""
    world, calls = untroubled(lane, shape)
    (found,) = (p for p in points(calls, world.installation) if p.name.endswith(ending))
    return found


def killed_again(lane: Lane, shape: Shape, first: Point) -> Iterator[Case]:
    """A case per call of each delivery that it takes to recover."""
    world = Provisioning(lane, shape)
    kill_at(world, first)
    recovery: list[list[Call]] = [outcome.calls for outcome in world.settle(record=True)]
    assert_exactly_once(world)
    for delivery, calls in enumerate(recovery):
        for call in calls:
            strike = Strike(call=call.number, phase="after")
            name = f"{first.name}; then delivery {delivery + 2} after {call.number:02d} {call.name}"
            yield (
                name,
                partial(
                    once_though_killed_twice,
                    shape=shape,
                    first=first,
                    delivery=delivery,
                    second=strike,
                ),
            )


def once_though_killed_twice(
    lane: Lane, *, shape: Shape, first: Point, delivery: int, second: Strike
) -> None:
    world = Provisioning(lane, shape)
    kill_at(world, first)
    for _ in range(delivery):
        world.wait_until_due()
        world.deliver()
    world.wait_until_due()
    assert world.deliver(strike=second).killed
    world.settle()
    if world.job.status is Status.FAILED:
        press_after_unconfirmed(world)
        return
    assert_exactly_once(world)


def press_after_unconfirmed(world: Provisioning) -> None:
    """AddOrder was about to leave twice and is not to be seen: a person looks, and presses again.

    By itself the worker sends it at most twice.
    """
    last_error = world.job.last_error
    assert last_error is not None
    assert last_error.code == "add-order-unconfirmed"
    assert not world.installation.whmcs.store.books()["orders"]
    (order,) = world.installation.salesforce.records("Order")
    assert order["Provisioning_Status__c"] == "Failed"
    assert order["Provisioning_Error_Code__c"] == last_error.code
    world.press("key-2")
    world.message = world.receive()
    world.settle()
    assert_exactly_once(world, attempts=2)


def once_though_late(lane: Lane, *, shape: Shape, point: Point, switches: dict[str, Any]) -> None:
    """PHP goes on when its caller is gone: the order appears after a look has not found it."""
    world = Provisioning(lane, shape, switches)
    kill_at(world, point)
    world.wait_until_due()
    world.deliver()
    assert world.job.steps["add_order"].data["lookedAt"] is not None
    (sent,) = world.installation.whmcs.journal.calls(operation="AddOrder")
    answer = requests.post(
        world.installation.urls["whmcs"] + sent.path,
        data=sent.body,
        headers={"Content-Type": sent.headers["content-type"]},
        timeout=10,
    )
    assert answer.json()["result"] == "success"
    world.settle()
    assert_exactly_once(world)
