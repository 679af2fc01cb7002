"""An upstream is down, and the worker is killed at every call of going over to those that wait."""

from __future__ import annotations

import time
from functools import partial

import pytest
from portal.domain.lease import NOT_LEASED
from portal.engine.states import Status

from tests.integration.kill.counting import Tally
from tests.integration.kill.exactly_once import assert_exactly_once
from tests.integration.kill.killing import kill_at
from tests.integration.kill.lanes import Case, Lane
from tests.integration.kill.points import Point, points
from tests.integration.kill.provisioning import WAITING, Provisioning
from tests.integration.kill.shapes import MIXED

pytestmark = pytest.mark.stack


@pytest.mark.parametrize("upstream", ["salesforce", "whmcs", "esim"])
def test_every_call_of_a_run_that_ends_waiting(lane: Lane, tally: Tally, upstream: str) -> None:
    world = with_open_circuit(lane, upstream)
    calls = world.deliver(record=True).calls
    assert world.waits
    cases: list[Case] = []
    for point in points(calls, lane.installation, departures=False):
        case = partial(once_though_killed, upstream=upstream, point=point)
        cases.append((f"{upstream} down: {point.name}", case))
    tally.run("kills", cases)


def with_open_circuit(lane: Lane, upstream: str) -> Provisioning:
    """Other jobs have found out that the upstream is down."""
    world = Provisioning(lane, MIXED)
    opened = {"id": f"circuit#{upstream}", "state": "OPEN", "opened_at": int(time.time())}
    lane.installation.table("idempotency").put(opened)
    return world


def once_though_killed(lane: Lane, *, upstream: str, point: Point) -> None:
    """It waits in spite of the kill, costs no try but that of the kill, and is finished once."""
    world = with_open_circuit(lane, upstream)
    kill_at(world, point)
    # Killed after it had sent the new message, it has not deleted the old one: both come.
    assert len(lane.installation.records(WAITING)) <= 1
    lane.installation.purge(WAITING)
    world.wait_until_due()
    world.deliver()
    job = world.job
    assert world.waits
    assert (job.status, job.lease) == (Status.RUNNING, NOT_LEASED)
    assert job.runs <= 1
    assert job.last_error is not None
    assert job.last_error.code == f"{upstream}-unavailable"
    lane.installation.table("idempotency").delete({"id": f"circuit#{upstream}"})
    world.settle()
    assert_exactly_once(world)
