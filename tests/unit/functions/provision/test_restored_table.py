"""The workflow table was put back to an earlier time: nothing is made twice.

Salesforce, WHMCS and the provider keep what the forgotten attempt did. Its job, its idempotency
keys, its claims and its message are gone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from portal.engine.model import Job
from portal.engine.states import Status

from tests.fakes.faults import Fault
from tests.fakes.provisioning import esim_line, loaded_order, order_line
from tests.unit.functions.provision.world import JOB_ID, World, assert_exactly_once

BEFORE_THE_WRITE_BACK = (
    "salesforce report",
    "esim activate",
    "whmcs AddOrder",
    "whmcs AcceptOrder",
    "whmcs GetClientsProducts",
)


def forgetting(effect: str) -> World:
    """A world whose worker died after an effect, and whose table was then restored."""
    world = World(loaded_order(order_line(1), esim_line(2)))
    world.press()
    world.faults.always = lambda name: Fault.KILLED_AFTER if name == effect else None
    world.work()
    world.faults.always = lambda _: None
    world.store.jobs.clear()
    world.store.keys.clear()
    world.lose_messages()
    ports: Any = world.ports
    ports.claims.owners.clear()
    return world


@pytest.mark.parametrize("effect", BEFORE_THE_WRITE_BACK)
def test_the_next_press_finishes_what_the_forgotten_attempt_began(effect: str) -> None:
    world = forgetting(effect)
    world.press()
    world.settle()
    assert_exactly_once(world)


EFFECTS_OF_A_JOB = ("esim activate", "whmcs AddOrder", "whmcs AcceptOrder", "mail put")


@pytest.mark.parametrize("effect", EFFECTS_OF_A_JOB)
@pytest.mark.parametrize("back_to", ["salesforce load", "whmcs GetPayMethods", "esim activate"])
def test_a_job_that_was_put_back_finishes_what_it_has_forgotten(effect: str, back_to: str) -> None:
    world = World(loaded_order(order_line(1), esim_line(2)))
    world.press()
    stored: list[Job] = []

    def remember_and_die(name: str) -> Fault | None:
        if name == back_to and not stored:
            stored.append(world.job)
        return Fault.KILLED_AFTER if name == effect else None

    world.faults.always = remember_and_die
    world.work()
    world.faults.always = lambda _: None
    (before,) = stored
    world.store.jobs[JOB_ID] = before
    world.clock.now += 3600
    restored = datetime.fromtimestamp(world.clock.now, UTC)
    world.ports = replace(world.ports, restored_at=restored)
    if world.salesforce.status == "Provisioned":
        world.settle()
        assert world.job.last_error is not None
        assert world.job.last_error.code == "salesforce-conflict"
        assert len(world.whmcs.all_orders) == 1
        return
    world.settle()
    assert_exactly_once(world)


def test_a_press_that_fails_first_does_not_forget_again() -> None:
    world = forgetting("whmcs AddOrder")
    world.whmcs.pay_method = False
    world.press()
    world.settle()
    assert world.job.status is Status.FAILED
    world.whmcs.pay_method = True
    world.press()
    world.settle()
    assert_exactly_once(world)


@pytest.mark.parametrize("effect", ["salesforce write back", "mail put"])
def test_an_order_that_was_finished_is_left_alone(effect: str) -> None:
    world = forgetting(effect)
    world.press()
    world.settle()
    assert world.job.last_error is not None
    assert world.job.last_error.code == "salesforce-conflict"
    assert (len(world.whmcs.all_orders), len(world.esim.lines)) == (1, 1)
