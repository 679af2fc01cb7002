"""What begins a job and what gives it up is killed at every call."""

from __future__ import annotations

from functools import partial

import pytest
from portal.domain.lease import NOT_LEASED
from portal.engine.states import Status
from portal.engine.sweeper import LOST_AFTER

from tests.integration.kill.calls import Strike
from tests.integration.kill.counting import Tally
from tests.integration.kill.exactly_once import assert_exactly_once
from tests.integration.kill.killing import kill_at
from tests.integration.kill.lanes import Case, Lane
from tests.integration.kill.points import Point, points
from tests.integration.kill.presses import DEAD_LETTER, answer_of, press, pressed, sweep
from tests.integration.kill.provisioning import Provisioning
from tests.integration.kill.shapes import MIXED, NO_ESIM

pytestmark = pytest.mark.stack


def test_every_call_of_the_start(lane: Lane, tally: Tally) -> None:
    outcome = pressed(Provisioning(lane, NO_ESIM, pressed=False), "key-1", record=True)
    assert answer_of(outcome).status == 202
    cases: list[Case] = []
    for point in points(outcome.calls, lane.installation):
        case = partial(once_though_start_killed, point=point)
        cases.append((f"start: {point.name}", case))
    tally.run("kills", cases)


def once_though_start_killed(lane: Lane, *, point: Point) -> None:
    """The flow in Salesforce presses again with the same key; the sweeper brings what was lost."""
    world = Provisioning(lane, NO_ESIM, pressed=False)
    strike = Strike(call=point.number, phase=point.phase)
    assert pressed(world, "key-1", strike=strike).killed
    assert press(world, "key-1").status == 202
    if not world.installation.backlog("provision"):
        world.advance(LOST_AFTER + 1)
        assert sweep(world)["lost"] == 1
    world.message = world.receive()
    world.deliver()
    world.settle()
    assert_exactly_once(world)


def test_every_call_of_giving_up(lane: Lane, tally: Tally) -> None:
    world = given_up(lane)
    outcome = world.deliver(record=True)
    assert world.job.status is Status.FAILED
    cases: list[Case] = []
    for point in points(outcome.calls, lane.installation):
        case = partial(failed_once_though_killed, point=point)
        cases.append((f"dead letter: {point.name}", case))
    tally.run("kills", cases)


def given_up(lane: Lane) -> Provisioning:
    """WHMCS is down, a try has failed, and the message comes out of the dead-letter queue."""
    world = Provisioning(lane, MIXED, {"maintenance": True})
    world.deliver()
    world.wait_until_due()
    for emulator in world.installation.emulators.values():
        emulator.journal.clear()
    world.worker = lane.start(DEAD_LETTER)
    return world


def failed_once_though_killed(lane: Lane, *, point: Point) -> None:
    """Failed in the record and in Salesforce; when WHMCS is up again, the button finishes it."""
    world = given_up(lane)
    kill_at(world, point)
    world.settle()
    job = world.job
    assert (job.status, job.lease) == (Status.FAILED, NOT_LEASED)
    (order,) = world.installation.salesforce.records("Order")
    assert order["Provisioning_Status__c"] == "Failed"
    assert order["Provisioning_Error_Code__c"] == "whmcs-unavailable"
    world.installation.whmcs.set_switches({"maintenance": False})
    assert press(world, "key-2").status == 202
    world.message = world.receive()
    world.worker = lane.worker
    world.wait_until_due()
    world.settle()
    assert_exactly_once(world, attempts=2)
