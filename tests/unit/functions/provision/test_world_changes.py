"""The outside world changes between two steps: charges and eSIMs rest on fresh facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from portal.domain.provisioning_order import ProvisionLine
from portal.domain.upstream import CircuitOpen, Refused, Unavailable
from portal.engine.start import Cancellation, StartRequest, request_start
from portal.engine.states import Status
from portal.ports.billing_orders import ClientState, OrderRefused
from portal.provisioning.job import KIND

from functions.provision.admission import KEY_ENDS_AFTER
from functions.provision.timeouts import FRESH_SECONDS
from tests.fakes.faults import Fault
from tests.fakes.provisioning import ORDER_ID, billing_product, esim_line, loaded_order, order_line
from tests.unit.functions.provision.world import World, assert_exactly_once

THREE_HOURS = 3 * 3_600.0

CHANGES: dict[str, tuple[Callable[[World], None], str]] = {
    "cancelled": (lambda world: world.salesforce.change(status="Cancelled"), "order-status"),
    "deleted": (lambda world: setattr(world.salesforce, "order", None), "order-not-found"),
    "account changed": (
        lambda world: world.salesforce.change(account_id="001000000000009AAA"),
        "account-not-mapped",
    ),
    "mapping gone": (lambda world: world.directory.mappings.clear(), "account-not-mapped"),
    "payment method gone": (
        lambda world: setattr(world.whmcs, "pay_method", False),
        "payment-method-missing",
    ),
    "client closed": (
        lambda world: setattr(world.whmcs, "client", ClientState.CLOSED),
        "whmcs-client-closed",
    ),
    "client deleted": (
        lambda world: setattr(world.whmcs, "pay_method", None),
        "whmcs-client-missing",
    ),
    "product retired": (lambda world: world.whmcs.catalogue.clear(), "product-unknown"),
    "product not mapped any more": (
        lambda world: world.salesforce.change(
            lines=(order_line(1, whmcs_product_id=None), esim_line(2))
        ),
        "product-not-mapped",
    ),
}


def waiting_for(call: str) -> World:
    """An order that was pressed and waits for three hours, because one call finds nobody."""
    world = World()
    world.faults.always = lambda name: Fault.DOWN if name == call else None
    world.press()
    end = world.clock.now + THREE_HOURS
    while (following := world.next_at()) is not None and following < end:
        world.clock.now = max(world.clock.now, following)
        world.work()
    world.clock.now = end
    assert world.job.status is Status.RUNNING
    world.faults.always = lambda _: None
    return world


@pytest.mark.parametrize("call", ["whmcs GetProducts", "esim activate", "whmcs AddOrder"])
@pytest.mark.parametrize("change", CHANGES)
def test_nothing_is_ordered_on_the_strength_of_old_facts(call: str, change: str) -> None:
    world = waiting_for(call)
    meddle, code = CHANGES[change]
    before = len(world.esim.lines)
    meddle(world)
    world.settle()
    assert world.job.last_error is not None
    assert (world.job.status, world.job.last_error.code) == (Status.FAILED, code)
    assert (world.whmcs.all_orders, len(world.esim.lines)) == ({}, before)


@pytest.mark.parametrize("call", ["whmcs GetProducts", "esim activate"])
def test_what_is_ordered_is_what_the_order_says_now(call: str) -> None:
    world = waiting_for(call)
    world.salesforce.change(lines=(order_line(1, quantity=Decimal(3)), esim_line(2)))
    world.settle()
    assert_exactly_once(world)
    (placed,) = world.whmcs.placed
    assert sum(service.quantity for service in placed.services) == 4


def test_lines_that_change_after_an_esim_was_activated_are_noticed_before_the_charge() -> None:
    world = waiting_for("whmcs AddOrder")
    world.salesforce.change(lines=(order_line(1, quantity=Decimal(3)), esim_line(2)))
    world.settle()
    assert world.job.last_error is not None
    assert world.job.last_error.code == "order-changed"
    assert not world.whmcs.all_orders


def test_the_operator_reads_what_exists_when_a_begun_order_is_called_off() -> None:
    world = waiting_for("whmcs AddOrder")
    world.salesforce.change(status="Cancelled")
    world.settle()
    assert world.salesforce.progress[-1].error_message.startswith(
        "The Order's status is Cancelled. Already made: eSIM line sub_1."
    )


@pytest.mark.parametrize("call", ["whmcs GetProducts", "esim activate"])
def test_an_order_that_is_scheduled_while_it_waits_is_not_provisioned_now(call: str) -> None:
    world = waiting_for(call)
    tomorrow = datetime.fromtimestamp(world.clock.now + 86_400, UTC)
    world.salesforce.change(activation_type="Scheduled", activation_at=tomorrow)
    world.settle(hours=2)
    assert world.job.status is Status.SCHEDULED
    assert (world.whmcs.all_orders, world.esim.lines) == ({}, {})
    world.settle()
    assert_exactly_once(world)


def test_fresh_facts_are_not_read_again() -> None:
    world = World()
    world.press()
    world.settle()
    assert_exactly_once(world)
    names = [name for name in world.faults.names if not name.startswith("dynamodb")]
    assert [names.count(name) for name in ("salesforce load", "whmcs GetProducts")] == [1, 1]


def test_a_pending_esim_is_waited_for_without_reading_everything_again() -> None:
    """Nothing new is asked for: only the charge that follows rests on what was read."""
    world = World()
    world.esim.polls = 6
    world.press()
    world.settle()
    assert_exactly_once(world)
    assert world.faults.names.count("salesforce load") <= 2


def test_an_unknown_addorder_is_looked_for_before_anything_is_read_again() -> None:
    """An order that WHMCS has is finished, even if Salesforce has changed its mind since."""
    world = World(loaded_order(order_line(1)))
    lost = [Fault.LOST_ANSWER]
    world.faults.always = lambda name: lost.pop() if lost and name == "whmcs AddOrder" else None
    world.press()
    world.work()
    world.clock.now += FRESH_SECONDS * 3
    world.salesforce.change(status="Cancelled")
    world.settle()
    assert_exactly_once(world)


# The point of no return


def refused_once() -> World:
    """AddOrder was definitely refused; nothing was made."""
    world = World(loaded_order(order_line(1)))
    world.whmcs.refusal = OrderRefused("options-invalid", "Invalid configurable option")
    world.press()
    world.settle()
    assert world.job.last_error is not None
    assert world.job.last_error.code == "options-invalid"
    world.whmcs.refusal = None
    return world


def test_a_schedule_that_is_corrected_after_a_refusal_counts() -> None:
    world = refused_once()
    tomorrow = datetime.fromtimestamp(world.clock.now + 86_400, UTC)
    world.salesforce.change(activation_type="Scheduled", activation_at=tomorrow)
    world.press()
    world.settle(hours=1)
    assert world.job.status is Status.SCHEDULED
    assert not world.whmcs.all_orders


def test_a_job_that_was_refused_can_still_be_cancelled() -> None:
    world = refused_once()
    world.press()
    assert world.cancel() is Cancellation.CANCELLED


@pytest.mark.parametrize(
    ("line", "call", "irreversible"),
    [
        (esim_line(1), "esim activate", False),
        (order_line(1), "whmcs AddOrder", False),
        (esim_line(1), "whmcs AddOrder", True),  # the eSIM is there
    ],
)
def test_what_was_certainly_turned_away_takes_the_point_of_no_return_back(
    line: ProvisionLine, call: str, irreversible: bool
) -> None:
    world = World(loaded_order(line))
    world.esim.polls = 0

    def down(name: str) -> None:
        if name == call:
            raise CircuitOpen(call.partition(" ")[0], name, "down", retry_after=60)

    world.faults.always = down
    world.press()
    world.work()
    assert world.job.irreversible is irreversible
    expected = Cancellation.TOO_LATE if irreversible else Cancellation.CANCELLED
    assert world.cancel() is expected


def test_an_unknown_outcome_does_not_take_it_back() -> None:
    world = World(loaded_order(order_line(1)))
    world.faults.always = lambda name: Fault.LOST_REQUEST if name == "whmcs AddOrder" else None
    world.press()
    world.work()
    assert world.job.irreversible
    assert world.cancel() is Cancellation.TOO_LATE


# The dead button


def test_a_press_after_an_end_that_salesforce_refused_to_hear_begins_anew() -> None:
    world = World(loaded_order(order_line(1)))
    world.whmcs.pay_method = False
    reports: list[str] = []

    def locked(name: str) -> None:
        if name == "salesforce report":
            reports.append(name)
            if len(reports) > 1:
                raise Refused("salesforce", "PATCH Order", "FIELD_CUSTOM_VALIDATION_EXCEPTION")

    world.faults.always = locked
    world.press("key-1")
    world.settle()
    assert (world.job.status, world.job.unreported) == (Status.FAILED, True)
    world.faults.always = lambda _: None
    world.whmcs.pay_method = True
    started = world.press("key-1")
    assert (started.outcome, started.attempt) == ("accepted", 2)
    world.settle()
    assert_exactly_once(world)
    assert world.press("key-1").outcome == "replayed"


def test_a_key_that_is_a_day_old_does_not_stand_for_a_dead_attempt() -> None:
    world = World(loaded_order(order_line(1)))
    world.whmcs.pay_method = False
    world.press("key-1")
    world.settle()
    assert world.press("key-1").outcome == "replayed"
    world.clock.now += 86_401
    assert world.press("key-1").outcome == "accepted"


def test_services_are_found_from_whmcs() -> None:
    world = World(loaded_order(order_line(1), esim_line(2)))
    world.whmcs.catalogue[102] = billing_product(102)
    world.press()
    world.settle()
    assert_exactly_once(world)
    lines = [world.service_lines.of_service(number) for number in world.whmcs.all_services]
    assert [(line.order_item_id, line.line_id) for line in lines if line] == [
        (order_line(1).id, ""),
        (esim_line(2).id, "sub_1"),
    ]


# What a review found: effects that must not be forgotten or repeated


def test_an_esim_whose_answer_cannot_be_recorded_is_not_forgotten() -> None:
    world = World(loaded_order(esim_line(1)))

    def table(name: str) -> None:
        if world.esim.lines and name == "dynamodb replace":
            raise Unavailable("dynamodb", "PutItem", "throttled")

    world.faults.always = table
    world.press()
    world.work()
    world.faults.always = lambda _: None
    assert world.job.irreversible
    assert world.cancel() is Cancellation.TOO_LATE
    world.settle()
    assert_exactly_once(world)


@pytest.mark.parametrize("first", [Fault.UNAVAILABLE, Fault.LOST_ANSWER])
def test_a_later_attempt_runs_no_module_twice(first: Fault) -> None:
    """AcceptOrder was turned away or lost; then one of two modules fails."""
    world = World(loaded_order(order_line(1), order_line(2)))
    world.faults.always = lambda name: first if name == "whmcs AcceptOrder" else None
    world.whmcs.module_failures = {102}
    world.press()
    world.settle()
    assert world.job.status is Status.FAILED
    world.faults.always = lambda _: None
    world.press()
    world.settle()
    world.whmcs.module_failures = set()
    world.press()
    world.settle()
    assert_exactly_once(world)


def test_another_operator_may_press_after_an_end_that_could_not_be_reported() -> None:
    world = World(loaded_order(order_line(1)))
    world.whmcs.pay_method = False
    world.press("key-1")
    world.settle()
    stored = world.job
    world.store.replace(stored.changed(unreported=True))
    other = StartRequest(
        kind=KIND,
        subject=ORDER_ID,
        key="key-1",
        scope="salesforce",
        payload_hash="another body",
        input={},
        correlation_id="correlation-2",
        key_ends_after=KEY_ENDS_AFTER,
    )
    assert request_start(world.store, world.queue, other, now=world.clock.now).attempt == 2


def test_an_addorder_in_doubt_is_told_with_every_later_stop() -> None:
    world = World(loaded_order(order_line(1)))
    lost = [Fault.LOST_ANSWER]
    world.faults.always = lambda name: lost.pop() if lost and name == "whmcs AddOrder" else None
    world.press()
    world.work()
    world.faults.always = lambda name: (
        Fault.UNAVAILABLE if name.startswith("whmcs GetClientsP") else None
    )
    world.settle()
    assert world.job.status is Status.FAILED
    world.faults.always = lambda _: None
    world.salesforce.change(status="Cancelled")
    world.press()
    world.settle()
    assert "perhaps a WHMCS order" in world.salesforce.progress[-1].error_message


def test_lines_may_be_corrected_after_two_looks_and_a_definite_refusal() -> None:
    world = World(loaded_order(order_line(1)))
    lost = [Fault.LOST_REQUEST]
    world.faults.always = lambda name: lost.pop() if lost and name == "whmcs AddOrder" else None
    world.whmcs.refusal = OrderRefused("options-invalid", "Invalid configurable option")
    world.press()
    world.settle()
    world.whmcs.refusal = None
    world.salesforce.change(lines=(order_line(1, quantity=Decimal(2)),))
    world.press()
    world.settle()
    assert_exactly_once(world)


def test_salesforce_says_in_progress_when_a_moved_schedule_is_due() -> None:
    world = waiting_for("whmcs GetProducts")
    tomorrow = datetime.fromtimestamp(world.clock.now + 86_400, UTC)
    world.salesforce.change(activation_type="Scheduled", activation_at=tomorrow)
    world.settle()
    assert_exactly_once(world)
    said = [str(progress.status) for progress in world.salesforce.progress]
    assert said[-2:] == ["Scheduled", "In Progress"]
