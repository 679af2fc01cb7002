"""Days on which something around the order does not work: tables, credentials, Salesforce."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from portal.config import ConfigurationError
from portal.domain.lease import NOT_LEASED
from portal.domain.upstream import CircuitOpen, Throttled, Unauthorized, UpstreamError
from portal.engine.start import StartOutcome
from portal.engine.states import Status
from portal.provisioning.view import job_view

from tests.fakes.faults import Fault
from tests.fakes.provisioning import ORDER_ID, loaded_order, order_line
from tests.fakes.workflow import START
from tests.unit.functions.provision.world import DAY, World, assert_exactly_once

BUSY = Throttled("salesforce", "query", "busy", retry_after=60)
DOWN = CircuitOpen("salesforce", "query", "open", retry_after=60)


def count(world: World) -> int:
    """What Salesforce counts; the button makes its key from it."""
    assert world.salesforce.order is not None
    return world.salesforce.order.attempt_count


def fail_once(world: World, name: str, error: UpstreamError) -> None:
    """The next call of that name fails."""
    errors = [error]

    def answer(call: str) -> None:
        if call == name and errors:
            raise errors.pop()

    world.faults.always = answer


def scheduled_in_spite_of(error: UpstreamError) -> World:
    """For next week; the first look at the Order failed."""
    at = datetime.fromtimestamp(START + 7 * DAY, UTC)
    order = loaded_order(order_line(1), activation_type="Scheduled", activation_at=at)
    world = World(order)
    world.press()
    fail_once(world, "salesforce load", error)
    world.settle(hours=24)
    assert world.job.status is Status.SCHEDULED
    return world


def test_waiting_before_it_was_scheduled_is_no_waiting_when_it_is_due() -> None:
    world = scheduled_in_spite_of(DOWN)
    fail_once(world, "salesforce load", DOWN)
    world.settle(hours=24 * 8)
    assert_exactly_once(world)


@pytest.mark.parametrize("error", [BUSY, DOWN])
def test_a_scheduled_order_shows_no_error_of_the_past(error: UpstreamError) -> None:
    world = scheduled_in_spite_of(error)
    assert job_view(world.job).error_code is None


def test_a_table_that_is_down_for_minutes_fails_no_order() -> None:
    world = World(loaded_order(order_line(1)))
    world.press()
    up_at = world.clock.now + 900

    def table(name: str) -> Fault | None:
        down = name.startswith("dynamodb ") and world.clock.now < up_at
        return Fault.UNAVAILABLE if down else None

    world.faults.always = table
    while world.clock.now < up_at:
        assert world.work()
        assert not world.queue.dead
        world.clock.now = world.next_at() or up_at
    world.settle()
    assert_exactly_once(world)


def test_refused_credentials_are_reported_when_they_are_mended() -> None:
    """An order that ended unreported could not be pressed again: its key would be the same."""
    world = World(loaded_order(order_line(1)))

    def salesforce(name: str) -> None:
        if name.startswith("salesforce "):
            raise Unauthorized("salesforce", "token", "invalid_grant")

    world.faults.always = salesforce
    world.press(f"{ORDER_ID}-{count(world) + 1}")
    world.settle()
    assert (world.job.status, world.salesforce.status) == (Status.STOPPING, "Not Started")
    world.faults.always = lambda _: None
    world.settle()
    assert (world.job.status, world.salesforce.status) == (Status.FAILED, "Failed")
    assert world.press(f"{ORDER_ID}-{count(world) + 1}").outcome is StartOutcome.ACCEPTED
    world.settle()
    assert_exactly_once(world)


def test_a_table_that_refuses_us_leads_to_the_dead_letters_and_their_alarm() -> None:
    world = World(loaded_order(order_line(1)))
    world.press()

    def table(name: str) -> None:
        if name == "dynamodb replace":
            raise Unauthorized("dynamodb", "PutItem", "AccessDeniedException")

    world.faults.always = table
    while world.queue.messages:
        world.clock.now = max(world.clock.now, world.next_at() or 0.0)
        world.work()
    assert (world.queue.sent, len(world.queue.dead)) == (1, 1)


def test_a_report_that_lacks_configuration_is_made_when_it_has_it() -> None:
    world = World(loaded_order(order_line(1)))
    world.whmcs.pay_method = False
    world.press()

    def misconfigured(name: str) -> None:
        if name == "salesforce report" and world.faults.count("whmcs"):
            raise ConfigurationError("the secret lacks a field")

    world.faults.always = misconfigured
    world.work()
    assert (world.job.status, world.job.lease) == (Status.STOPPING, NOT_LEASED)
    world.faults.always = lambda _: None
    world.settle()
    assert world.salesforce.status == "Failed"
