"""After an AddOrder whose answer was lost: look, look again, then send once more at most."""

from __future__ import annotations

import pytest
from portal.domain.upstream import OutcomeUnknown
from portal.engine.states import Status
from portal.ports.billing_orders import ModuleFailed

from tests.fakes.faults import Fault
from tests.fakes.provisioning import REF_FIELD, loaded_order, order_line
from tests.unit.functions.provision.world import World, assert_exactly_once


def world_with(fault: Fault | None, **whmcs: object) -> World:
    world = World(loaded_order(order_line(1), order_line(2)))
    for name, value in whmcs.items():
        setattr(world.whmcs, name, value)
    world.press()
    pending = [fault]
    world.faults.always = lambda name: (
        pending.pop() if pending and name == "whmcs AddOrder" else None
    )
    return world


def sends(world: World) -> int:
    return world.faults.names.count("whmcs AddOrder")


def failure(world: World) -> str:
    assert world.job.status is Status.FAILED
    assert world.job.last_error is not None
    return world.job.last_error.code


def test_it_happened_and_is_found_by_its_reference() -> None:
    world = world_with(Fault.LOST_ANSWER)
    world.settle()
    assert_exactly_once(world)
    assert sends(world) == 1
    assert "whmcs GetOrders" not in world.faults.names


def test_it_did_not_happen_and_is_sent_once_more_after_two_looks() -> None:
    world = world_with(Fault.LOST_REQUEST)
    began = world.clock.now
    world.settle()
    assert_exactly_once(world)
    assert sends(world) == 2
    looks = world.faults.names.count("whmcs GetClientsProducts")
    assert looks == 3  # two in doubt, one to verify
    assert world.clock.now - began >= 60


def test_it_shows_up_between_the_two_looks() -> None:
    """WHMCS was still working on a request that we had given up."""
    world = world_with(Fault.LOST_REQUEST)
    lost: list[object] = []
    add = world.ports.billing.add

    def remember(order: object) -> object:
        lost.append(order)
        return add(order)  # type: ignore[arg-type]  # passed through

    world.ports.billing.add = remember  # type: ignore[method-assign,assignment]  # to send it later
    assert world.work()
    world.clock.now = world.next_at() or 0.0
    assert world.work()  # the first look finds nothing
    world.whmcs._add(lost[0])  # type: ignore[arg-type]  # the late commit
    world.settle()
    assert_exactly_once(world)
    assert sends(world) == 1


def test_never_confirmed() -> None:
    world = world_with(None)
    world.faults.always = lambda name: Fault.LOST_REQUEST if name == "whmcs AddOrder" else None
    world.settle()
    assert failure(world) == "add-order-unconfirmed"
    assert sends(world) == 2
    world.faults.always = lambda _: None
    world.press()
    world.settle()
    assert_exactly_once(world)


def test_a_definite_refusal_needs_no_look() -> None:
    world = world_with(Fault.UNAVAILABLE)
    world.settle()
    assert_exactly_once(world)
    assert world.faults.names.count("whmcs GetClientsProducts") == 1


def test_notes_are_second_best() -> None:
    world = world_with(Fault.LOST_ANSWER, keeps_fields=False, keeps_notes=True)
    world.settle()
    assert world.job.status is Status.SUCCEEDED
    assert (sends(world), len(world.whmcs.all_orders)) == (1, 1)


def test_notes_count_whatever_became_of_the_order() -> None:
    """It was accepted in WHMCS before we looked: only its notes tell that it is ours."""
    world = world_with(Fault.LOST_ANSWER, keeps_fields=False, keeps_notes=True)
    world.work()
    (placed,) = world.whmcs.all_orders
    world.whmcs._accept(placed, set_up=True)
    world.settle()
    assert world.job.status is Status.SUCCEEDED
    assert (sends(world), len(world.whmcs.all_orders)) == (1, 1)


def test_without_any_mark_the_one_order_alike_is_taken() -> None:
    world = world_with(Fault.LOST_ANSWER, keeps_fields=False)
    world.settle()
    assert world.job.status is Status.SUCCEEDED
    assert (sends(world), len(world.whmcs.all_orders)) == (1, 1)


def test_two_orders_alike_are_for_a_person() -> None:
    world = world_with(Fault.LOST_ANSWER, keeps_fields=False)
    world.whmcs.add_by_hand(101, 102, fields={})
    world.settle()
    assert failure(world) == "add-order-ambiguous"
    assert sends(world) == 1


@pytest.mark.parametrize("fields", [{REF_FIELD: ""}, {REF_FIELD: "801000000000099AAA"}])
def test_an_order_with_another_reference_or_an_empty_one_is_not_ours(
    fields: dict[int, str],
) -> None:
    world = world_with(Fault.LOST_REQUEST)
    foreign = world.whmcs.add_by_hand(101, 102, fields=fields)
    world.settle()
    assert world.job.status is Status.SUCCEEDED
    assert world.job.result["whmcsOrderId"] != str(foreign)
    assert len(world.whmcs.all_orders) == 2


@pytest.mark.parametrize("pids", [(101,), (101, 102, 102), (101, 103)])
def test_other_products_are_not_ours(pids: tuple[int, ...]) -> None:
    world = world_with(Fault.LOST_REQUEST, keeps_fields=False)
    world.whmcs.add_by_hand(*pids, fields={})
    world.settle()
    assert world.job.status is Status.SUCCEEDED
    assert len(world.whmcs.all_orders) == 2


def test_an_order_that_another_job_has_is_not_taken() -> None:
    world = world_with(Fault.LOST_REQUEST, keeps_fields=False)
    foreign = world.whmcs.add_by_hand(101, 102, fields={})
    world.ports.claims.claim(f"whmcs-order#{foreign}", "provision#801000000000099AAA")
    world.settle()
    assert world.job.status is Status.SUCCEEDED
    assert world.job.result["whmcsOrderId"] != str(foreign)


def test_two_orders_with_our_reference_stop_everything() -> None:
    world = world_with(Fault.LOST_ANSWER)
    world.whmcs.add_by_hand(101, fields={REF_FIELD: "801000000000001AAA"})
    world.settle()
    assert failure(world) == "add-order-ambiguous"


def test_a_clock_set_back_costs_another_minute_and_no_order() -> None:
    world = world_with(Fault.LOST_REQUEST)
    world.work()
    world.clock.now = world.next_at() or 0.0
    world.work()
    world.clock.now -= 7_200
    for message in world.queue.messages.values():
        message.visible_at = world.clock.now
    world.work()
    assert sends(world) == 1
    world.settle()
    assert_exactly_once(world)


def test_what_is_not_as_ordered_is_named() -> None:
    world = world_with(None)
    accept = world.ports.billing.accept

    def meddle(order_id: int, *, set_up: bool) -> None:
        accept(order_id, set_up=set_up)
        world.whmcs._service(order_id, 102, 1, "monthly", {}, {})

    world.ports.billing.accept = meddle  # type: ignore[method-assign]  # a person adds a service
    world.settle()
    assert failure(world) == "service-mismatch"
    assert world.salesforce.progress[-1].error_message.startswith("WHMCS has services that nobody")


def test_a_half_done_accept_order_is_finished_service_by_service() -> None:
    """A second AcceptOrder would run the modules of what is set up already."""
    world = World(loaded_order(order_line(1), order_line(2)))
    world.whmcs.module_failures = {102}
    accept, requests = world.ports.billing.accept, list[bool]()

    def remember(order_id: int, *, set_up: bool) -> None:
        requests.append(set_up)
        try:
            accept(order_id, set_up=set_up)
        except ModuleFailed as failure:
            world.whmcs.module_failures = set()
            raise OutcomeUnknown("whmcs", "AcceptOrder", "no answer") from failure

    world.ports.billing.accept = remember  # type: ignore[method-assign]  # loses an answer
    world.press()
    world.settle()
    assert_exactly_once(world)
    assert requests == [True, False]


def test_an_unanswered_accept_order_gets_a_minute() -> None:
    world = world_with(None)
    world.whmcs._accept(world.whmcs.add_by_hand(101, fields={}), set_up=True)
    world.whmcs.setups.clear()  # what the customer has had for long
    lost = [Fault.LOST_REQUEST]
    world.faults.always = lambda name: lost.pop() if lost and name == "whmcs AcceptOrder" else None
    world.work()
    sent_at = world.clock.now
    world.settle()
    assert world.job.status is Status.SUCCEEDED
    assert world.clock.now >= sent_at + 60
    assert world.faults.names.count("whmcs AcceptOrder") == 2
    assert world.faults.names.count("whmcs ModuleCreate") == 0
