"""After a call whose effect is in doubt: what is there is found, and nothing is asked for twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from portal.domain.esim import Line, LineState
from portal.domain.upstream import OutcomeUnknown
from portal.engine.states import Status
from portal.ports.billing_orders import BillingOrder, ModuleFailed, NotPending, OrderState

from functions.provision.timeouts import WHMCS_CALL_SECONDS
from tests.fakes.faults import Fault
from tests.fakes.provisioning import REF_FIELD, esim_line, loaded_order, order_line
from tests.unit.functions.provision.world import World, assert_exactly_once


def troubled(call: str, *troubles: Fault, esim: bool = False) -> World:
    """A world in which the first calls of a name go wrong; the button is pressed."""
    world = World(loaded_order(esim_line(1) if esim else order_line(1)))
    left = list(troubles)
    world.faults.always = lambda name: left.pop(0) if left and name == call else None
    world.press()
    return world


def calls(world: World, name: str) -> int:
    return world.faults.names.count(name)


def code(world: World) -> str:
    assert world.job.last_error is not None
    return world.job.last_error.code


# AddOrder


def test_a_second_look_that_comes_too_early_does_not_count() -> None:
    world = troubled("whmcs AddOrder", Fault.LOST_REQUEST)
    world.work()
    world.clock.now = world.queue.next_at() or 0.0
    world.work()  # the first look
    looked_at = world.clock.now
    world.clock.now += 20
    world.queue.put(world.runner_task())
    world.work()
    assert calls(world, "whmcs AddOrder") == 1
    assert [message.visible_at - looked_at for message in world.queue.messages.values()] == [60, 60]
    world.settle()
    assert_exactly_once(world)


def test_a_request_that_was_turned_away_does_not_count_as_sent() -> None:
    world = troubled("whmcs AddOrder", Fault.LOST_REQUEST, Fault.UNAVAILABLE)
    world.settle()
    assert_exactly_once(world)
    assert calls(world, "whmcs AddOrder") == 3


def test_each_unanswered_request_gets_two_looks() -> None:
    world = troubled("whmcs AddOrder", Fault.LOST_REQUEST, Fault.LOST_REQUEST)
    world.settle()
    assert code(world) == "add-order-unconfirmed"
    assert calls(world, "whmcs GetClientsProducts") == 4


@pytest.mark.parametrize("fault", [None, Fault.LOST_ANSWER])
def test_a_whmcs_order_that_another_job_has_is_never_ours(fault: Fault | None) -> None:
    world = troubled("whmcs AddOrder", *([fault] if fault else []))
    world.ports.claims.claim("whmcs-order#7001", "provision#801000000000099AAA")
    world.settle()
    assert code(world) == "add-order-ambiguous"
    assert calls(world, "whmcs AcceptOrder") == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda order: replace(order, state=OrderState.ACTIVE),
        lambda order: replace(order, placed_at=order.placed_at - timedelta(hours=36)),
        lambda order: replace(order, placed_at=None),
    ],
    ids=["accepted", "old", "undated"],
)
def test_an_unmarked_order_that_cannot_be_ours(
    change: Callable[[BillingOrder], BillingOrder],
) -> None:
    world = troubled("whmcs AddOrder", Fault.LOST_REQUEST)
    world.whmcs.keeps_fields = False
    foreign = world.whmcs.add_by_hand(101, fields={})
    world.whmcs.all_orders[foreign] = change(world.whmcs.all_orders[foreign])
    world.settle()
    assert world.job.status is Status.SUCCEEDED
    assert world.job.result["whmcsOrderId"] != str(foreign)


def test_one_service_with_the_field_is_enough_to_tell_that_it_is_not_ours() -> None:
    world = World(loaded_order(order_line(1), order_line(2)))
    lost = [Fault.LOST_REQUEST]
    world.faults.always = lambda name: lost.pop() if lost and name == "whmcs AddOrder" else None
    world.whmcs.keeps_fields = False
    foreign = world.whmcs.add_by_hand(101, fields={})
    world.whmcs._service(foreign, 102, 1, "monthly", {}, {REF_FIELD: ""})
    world.press()
    world.settle()
    assert world.job.result["whmcsOrderId"] != str(foreign)


def test_what_is_alike_does_not_depend_on_the_order_of_the_lines() -> None:
    world = World(loaded_order(order_line(2), order_line(1)))
    world.whmcs.keeps_fields = False
    lost = [Fault.LOST_REQUEST]
    world.faults.always = lambda name: lost.pop() if lost and name == "whmcs AddOrder" else None
    late = world.whmcs.add_by_hand(101, 102, fields={})
    world.press()
    world.settle()
    assert world.job.result["whmcsOrderId"] == str(late)


# AcceptOrder


@pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.KILLED_AFTER])
def test_an_order_that_is_accepted_already_is_not_accepted_again(fault: Fault) -> None:
    world = troubled("whmcs AcceptOrder", fault)
    world.settle()
    assert_exactly_once(world)
    assert calls(world, "whmcs AcceptOrder") == 1


def during_accept(world: World, act: Callable[[], None]) -> None:
    """Something happens in WHMCS just before AcceptOrder arrives."""

    def meddle(name: str) -> None:
        if name == "whmcs AcceptOrder":
            act()

    world.faults.always = meddle


def test_staff_accepted_it_a_moment_before() -> None:
    world = troubled("")
    during_accept(world, lambda: None if world.whmcs.setups else accept(world))
    world.settle()
    assert_exactly_once(world)
    assert calls(world, "whmcs AcceptOrder") == 1


def accept(world: World) -> None:
    world.whmcs._accept(max(world.whmcs.all_orders), set_up=True)


def test_staff_deleted_it_a_moment_before() -> None:
    world = troubled("")
    during_accept(world, world.whmcs.all_orders.clear)
    world.settle()
    assert code(world) == "whmcs-order-missing"


def test_not_pending_and_pending_at_once_is_asked_again() -> None:
    world = troubled("")
    orders, held = world.whmcs.all_orders, list[BillingOrder]()

    def flicker(name: str) -> None:
        """AcceptOrder sees another status than the GetOrders after it."""
        if name == "whmcs AcceptOrder" and not held:
            held.append(orders.pop(7001))
        elif name == "whmcs GetOrders" and held:
            orders.setdefault(7001, held[0])

    world.faults.always = flicker
    world.settle()
    assert_exactly_once(world)
    assert [retry for retry, _ in world.observer.retries] == ["whmcs-unavailable"]


def test_an_order_whose_module_failed_is_closed_in_the_end() -> None:
    world = troubled("")
    world.whmcs.module_failures = {101}
    world.settle()
    assert code(world) == "module-failed"
    assert "the server said no" in world.job.last_error.message  # type: ignore[union-attr]  # code() looked
    world.whmcs.module_failures = set()
    world.press()
    world.settle()
    assert_exactly_once(world)
    assert {order.state for order in world.whmcs.all_orders.values()} == {OrderState.ACTIVE}
    assert calls(world, "whmcs AcceptOrder") == 2
    assert calls(world, "whmcs ModuleCreate") == 1


@pytest.mark.parametrize("error", [NotPending(), ModuleFailed("registrar says no")])
def test_an_order_that_will_not_be_closed_is_left_as_it_is(error: Exception) -> None:
    """Its services are set up: that is what the customer waits for."""
    world = troubled("")
    world.whmcs.module_failures = {101}
    accept = world.ports.billing.accept

    def refuse(order_id: int, *, set_up: bool) -> None:
        if not set_up:
            raise error
        try:
            accept(order_id, set_up=True)
        finally:
            world.whmcs.module_failures = set()

    world.ports.billing.accept = refuse  # type: ignore[method-assign]  # closing is refused
    world.settle()
    assert_exactly_once(world)
    assert "order-left-as-it-is" in world.store.kinds()


@pytest.mark.parametrize("number", range(1, 9))
def test_many_modules_take_several_invocations_and_no_retries(number: int) -> None:
    world = World(loaded_order(*(order_line(line) for line in range(1, number + 1))))
    world.whmcs.module_failures = {100 + line for line in range(1, number + 1)}

    def slow(name: str) -> None:
        verifying = world.job.current_step == "verify"
        if name == "dynamodb get":
            world.context.left = 150.0
        if verifying and name.startswith("whmcs"):
            world.whmcs.module_failures = set()
            assert world.context.left >= 20.0, "a call that the invocation may not survive"
            world.context.left -= 30.0

    world.press()
    world.faults.always = slow
    world.settle()
    assert_exactly_once(world)
    assert not world.observer.retries
    assert calls(world, "whmcs ModuleCreate") == number


def test_a_module_that_says_yes_and_does_nothing() -> None:
    world = troubled("")
    world.whmcs.module_failures = {101}
    world.ports.services.set_up = lambda service_id: None  # type: ignore[method-assign]  # does nothing
    world.settle()
    assert code(world) == "module-failed"


def test_a_service_that_somebody_terminated_is_not_set_up_again() -> None:
    world = troubled("")
    services = world.whmcs.all_services

    def terminate(name: str) -> None:
        if name == "whmcs GetClientsProducts":
            gone = {n: replace(s, active=False, status="Terminated") for n, s in services.items()}
            services.update(gone)

    world.faults.always = terminate
    world.settle()
    assert code(world) == "service-mismatch"
    assert calls(world, "whmcs ModuleCreate") == 0


# eSIMs


@pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.KILLED_AFTER])
def test_an_esim_in_doubt_is_looked_for_before_it_is_asked_for_again(fault: Fault) -> None:
    world = troubled("esim activate", fault, esim=True)
    world.settle()
    assert_exactly_once(world)
    assert calls(world, "esim activate") == 1


@pytest.mark.parametrize(
    "first", [{"iccid": None}, {"state": LineState.PENDING}], ids=["no iccid", "pending"]
)
def test_a_line_is_active_when_it_has_an_iccid_and_says_so(first: dict[str, object]) -> None:
    world = troubled("", esim=True)
    looks: list[Line] = []
    look = world.esim._look

    def not_yet(line_id: str) -> Line:
        looks.append(look(line_id))
        return replace(looks[-1], **first) if len(looks) == 1 else looks[-1]  # type: ignore[arg-type]  # by name

    world.esim._look = not_yet  # type: ignore[method-assign]  # the first look is early
    world.settle()
    assert_exactly_once(world)
    assert len(looks) == 2


def test_a_line_that_ended_is_ordered_anew_by_a_person_only() -> None:
    """Not by the next run of the same attempt, when the one that saw it end was killed."""
    world = troubled("", esim=True)
    world.esim.ends = True
    writes: list[str] = []

    def kill(name: str) -> Fault | None:
        writes.append(name)
        return Fault.KILLED_AFTER if writes[-2:] == ["esim find", "dynamodb replace"] else None

    world.faults.always = kill
    world.work()
    world.faults.always = lambda _: None
    world.settle()
    assert code(world) == "esim-activation-failed"
    assert calls(world, "esim activate") == 1


def test_looks_at_pending_lines_become_rarer() -> None:
    world = World(loaded_order(esim_line(1, quantity=Decimal(2))))
    world.esim.polls = 9
    looked_at: list[float] = []

    def note(name: str) -> None:
        if name == "esim find":
            looked_at.append(world.clock.now)

    world.faults.always = note
    world.press()
    world.settle()
    pauses = [later - earlier for earlier, later in pairwise(looked_at)]
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300]


# Salesforce


def test_a_repeated_write_back_is_word_for_word_the_same() -> None:
    """Else it would meet its own ICCIDs as somebody else's. DynamoDB keeps no order of keys."""
    world = World(loaded_order(*(esim_line(n, quantity=Decimal(2)) for n in (1, 2))))
    lost = [Fault.LOST_ANSWER]
    world.faults.always = lambda name: (
        lost.pop() if lost and name == "salesforce write back" else None
    )
    written = world.salesforce.written
    world.press()
    world.work()
    steps = {
        name: replace(step, data=shuffled(step.data)) for name, step in world.job.steps.items()
    }
    world.store.replace(world.job.changed(steps=steps))
    world.settle()
    assert_exactly_once(world)
    assert len(written) == 2
    assert replace(written[0], at=written[1].at) == written[1]


def shuffled(value: Any) -> Any:
    """The same with its keys the other way round."""
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in reversed(value)}
    return value


@pytest.mark.parametrize("write", ["whmcs AddOrder", "whmcs AcceptOrder"])
def test_looking_that_took_long_leaves_the_write_to_the_next_invocation(write: str) -> None:
    """A write that the invocation may not survive could outlive its lease."""
    world = World(loaded_order(order_line(1)))
    lost, written = [write], list[str]()

    def slow(name: str) -> Fault | None:
        if name == "dynamodb get":
            world.context.left = 150.0
        if name == write:
            assert world.context.left >= WHMCS_CALL_SECONDS
            written.append(name)
            return Fault.LOST_REQUEST if lost and lost.pop() else None
        if written and name.startswith("whmcs Get"):
            world.context.left -= 70.0
        return None

    world.faults.always = slow
    world.press()
    looks = 0
    while len(written) < 2 and looks < 5:
        world.clock.now = max(world.clock.now, world.next_at() or 0.0)
        world.work()
        looks += 1
    assert len(written) < 2  # every look takes too long
    world.faults.always = lambda _: None
    world.context.left = 150.0
    world.settle()
    assert_exactly_once(world)


def slowly_accepted(world: World, *, finishes: int) -> None:
    """AcceptOrder gets no answer; WHMCS sets up a service every forty seconds, so many of them."""
    begun: list[float] = []

    def work(name: str) -> None:
        if name == "whmcs AcceptOrder" and not begun:
            begun.append(world.clock.now)
            raise OutcomeUnknown("whmcs", "AcceptOrder", "no answer")
        if not begun:
            return
        services = world.whmcs.services_of(max(world.whmcs.all_orders))
        for service in services[: min(finishes, int((world.clock.now - begun[0]) // 40))]:
            if not service.active:
                world.whmcs._activate(service)
        if all(one.active for one in world.whmcs.services_of(services[0].order_id)):
            order = world.whmcs.all_orders[services[0].order_id]
            world.whmcs.all_orders[order.id] = replace(order, state=OrderState.ACTIVE)

    world.faults.always = work


@pytest.mark.parametrize(("finishes", "module_creates"), [(3, 0), (2, 1), (1, 2)])
def test_modules_that_are_still_being_run_are_not_run_again(
    finishes: int, module_creates: int
) -> None:
    world = World(loaded_order(*(order_line(line) for line in (1, 2, 3))))
    slowly_accepted(world, finishes=finishes)
    world.press()
    world.settle()
    assert_exactly_once(world)
    assert calls(world, "whmcs ModuleCreate") == module_creates
    assert len(world.whmcs.setups) == 3


@pytest.mark.parametrize("write", ["whmcs AcceptOrder", "whmcs ModuleCreate"])
def test_a_second_message_does_not_shorten_the_minute(write: str) -> None:
    world = World(loaded_order(order_line(1)))
    sent: list[float] = []

    def lose(name: str) -> Fault | None:
        if name == "whmcs ModuleCreate":
            world.whmcs.module_failures = set()
        if name != write:
            return None
        sent.append(world.clock.now)
        return Fault.LOST_REQUEST if len(sent) == 1 else None

    if write == "whmcs ModuleCreate":
        world.whmcs.module_failures = {101}
    world.faults.always = lose
    world.press()
    while not sent:
        world.work()
    world.clock.now += 5
    world.queue.put(world.runner_task())
    world.work()
    world.settle()
    assert_exactly_once(world)
    assert len(sent) == 2
    assert sent[1] - sent[0] >= 60
