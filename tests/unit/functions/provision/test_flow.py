"""An order from the button to the mails, without fault, and what it costs in calls."""

from __future__ import annotations

from decimal import Decimal

import pytest
from portal.domain.esim import Subscriber
from portal.engine.states import Status
from portal.provisioning.view import job_view

from functions.provision.steps.activate_esim import reference
from tests.events import USER_ID
from tests.fakes.directory import customer
from tests.fakes.faults import Fault
from tests.fakes.provisioning import (
    ORDER_ID,
    SNAPSHOT,
    FakeClaims,
    FakeSubscribers,
    billing_product,
    esim_line,
    loaded_order,
    order_line,
)
from tests.unit.functions.provision.world import World, assert_exactly_once, unchanged


def run(world: World) -> World:
    world.press()
    world.settle()
    return world


def test_everything_happens_once() -> None:
    world = run(World())
    assert_exactly_once(world)
    assert world.observer.steps == [
        "load",
        "check",
        "activate_esim",
        "add_order",
        "accept_order",
        "verify",
        "write_back",
        "notify",
    ]
    assert [ending.status for ending in world.observer.endings] == [Status.SUCCEEDED]


@pytest.mark.parametrize("lines", [1, 3, 100])
def test_calls_do_not_grow_with_the_lines(lines: int) -> None:
    world = run(World(loaded_order(*(order_line(number) for number in range(1, lines + 1)))))
    assert_exactly_once(world)
    assert world.faults.count("salesforce") == 3
    assert world.faults.count("whmcs") == 5
    assert world.faults.count("esim") == 0


@pytest.mark.parametrize("number", [1, 4])
def test_provider_calls(number: int) -> None:
    world = World(loaded_order(esim_line(1, quantity=Decimal(number))))
    world.press()
    world.settle()
    assert_exactly_once(world)
    # A new customer costs one call more; each further eSIM one (the provider has no bulk order).
    assert world.faults.count("esim") == 2 + number
    assert world.faults.count("salesforce") == 3
    again = World(loaded_order(esim_line(1)))
    again.ports.subscribers.remember("gigs", again.directory.by_user(USER).user_id, "usr_1")  # type: ignore[union-attr]  # it is there
    run(again)
    assert again.faults.count("esim") == 2
    assert (again.faults.count("salesforce"), again.faults.count("whmcs")) == (3, 5)


def test_options_quantities_and_notes_reach_whmcs() -> None:
    lines = (
        order_line(1, options_json=SNAPSHOT, notes_template="{sku} for {orderNumber} {unknown}"),
        order_line(2, quantity=Decimal(3)),
        order_line(3, quantity=Decimal(2)),
    )
    world = World(loaded_order(*lines))
    world.whmcs.catalogue[103] = billing_product(103, allows_quantity=True)
    run(world)
    assert_exactly_once(world)
    (order,) = world.whmcs.placed
    assert [(s.pid, s.quantity, dict(s.options)) for s in order.services] == [
        (101, 1, {4: 9, 6: 1}),
        (102, 1, {}),
        (102, 1, {}),
        (102, 1, {}),
        (103, 2, {}),
    ]
    assert order.ref == ORDER_ID
    assert order.notes == f"sfOrderId={ORDER_ID}\nSKU-1 for 00000101 {{unknown}}"
    assert order.payment_method == "stripe"
    assert len(world.salesforce.written[-1].services[lines[1].id].split(",")) == 3


def test_a_quantity_may_become_several_services() -> None:
    world = World(loaded_order(order_line(1, quantity=Decimal(3))))
    world.whmcs.catalogue[101] = billing_product(101, allows_quantity=True)
    world.whmcs.splits_quantities = True
    run(world)
    assert_exactly_once(world)


def test_mails_name_lines_and_never_codes() -> None:
    world = run(World(loaded_order(order_line(1), esim_line(2, quantity=Decimal(2)))))
    first, *others = world.mail_queue.jobs
    assert first.template == "order-provisioned"
    assert first.parameters == {
        "orderNumber": "00000101",
        "sfOrderId": ORDER_ID,
        "lines": [{"name": "Product 1", "quantity": 1}, {"name": "Product 2", "quantity": 2}],
    }
    assert [(mail.dedup_key, mail.parameters) for mail in others] == [
        (
            f"esim-activation:{ORDER_ID}:line-2:{number}",
            {"lineId": f"sub_{number}", "orderNumber": "00000101"},
        )
        for number in (1, 2)
    ]
    assert {mail.correlation_id for mail in world.mail_queue.jobs} == {"correlation-1"}


def test_nothing_personal_is_stored() -> None:
    world = run(World())
    text = repr(world.job) + repr(world.store.events)
    for canary in ("taro@example.com", "Taro", "Yamada", "CODE-"):
        assert canary not in text


def test_pressing_again_does_nothing() -> None:
    world = run(World())
    with unchanged(world):
        assert world.press().outcome == "already-succeeded"
        assert world.press(f"{ORDER_ID}-1").outcome == "replayed"
        world.drain()


def test_the_attempt_count_makes_the_next_key_a_new_one() -> None:
    world = World(loaded_order(attempt_count=3))
    run(world)
    assert world.salesforce.order is not None
    assert world.salesforce.order.attempt_count == 4


def test_readers_see_every_step() -> None:
    world = World()
    world.press()
    assert job_view(world.job).status == "queued"
    world.settle()
    view = job_view(world.job)
    assert (view.status, view.attempt, view.message) == ("provisioned", 1, None)
    assert {step.status for step in view.timeline} == {"done"}
    assert [step.step for step in view.timeline] == world.observer.steps


def test_a_result_is_kept_for_what_comes_later() -> None:
    world = run(World())
    result = world.job.result
    assert set(result) == {"whmcsOrderId", "services", "esims"}
    assert result["esims"] == {"line-2:1": {"lineId": "sub_1", "iccid": "8981000000000000001"}}
    assert isinstance(world.ports.claims, FakeClaims)
    assert list(world.ports.claims.owners.values()) == [world.job.id]


USER = "0f1e2d3c-0000-4000-8000-000000000001"


def test_another_price_in_whmcs_is_noted_and_stops_nothing() -> None:
    """A cycle is charged by what recurs, a single payment by the first amount."""
    lines = (
        order_line(1, quantity=Decimal(2)),
        order_line(2, unit_price=Decimal(900), quantity=Decimal(2)),
        order_line(3, unit_price=None),
        order_line(4, billing_cycle="onetime"),
    )
    world = World(loaded_order(*lines))
    world.whmcs.catalogue[104] = billing_product(104, cycles=frozenset({"onetime"}))
    run(world)
    assert_exactly_once(world)
    (event,) = [event for _, event in world.store.events if event.kind == "price-differs"]
    assert event.detail == "Product 2: ordered 1800.00, WHMCS 2000.00"
    assert world.job.steps["verify"].data["warnings"] == [event.detail]


def test_without_another_price_nothing_is_noted() -> None:
    assert "price-differs" not in run(World()).store.kinds()


TARO = Subscriber(user_id=USER_ID, email="taro@example.com", full_name="Taro Yamada", language="ja")


@pytest.mark.parametrize("fault", [None, Fault.KILLED_BEFORE, Fault.UNAVAILABLE])
def test_the_provider_learns_who_a_new_customer_is(fault: Fault | None) -> None:
    """Names are not kept: an invocation that did not read the Order reads it again."""
    world = World(loaded_order(esim_line(1)))
    world.directory.mappings[USER_ID] = customer(language="ja")
    left = [fault]
    world.faults.always = lambda name: left.pop() if left and name == "esim subscribe" else None
    run(world)
    assert_exactly_once(world)
    assert world.esim.subscribers == [TARO]
    assert world.esim.ordered == [(reference(ORDER_ID, "line-1:1"), "pln_10gb", "usr_1")]
    assert isinstance(world.ports.subscribers, FakeSubscribers)
    assert world.ports.subscribers.known == {("gigs", USER_ID): "usr_1"}


def test_an_account_without_a_name() -> None:
    world = World(loaded_order(esim_line(1)))
    world.salesforce.account_name = ""
    run(world)
    assert [subscriber.full_name for subscriber in world.esim.subscribers] == ["Taro"]


def test_a_returning_customer_keeps_the_subscriber() -> None:
    world = World(loaded_order(esim_line(1)))
    world.ports.subscribers.remember("gigs", USER_ID, "usr_9")
    run(world)
    assert (world.esim.subscribers, [order[2] for order in world.esim.ordered]) == ([], ["usr_9"])


def test_notes_templates_know_their_placeholders() -> None:
    template = "{sfOrderId} {orderNumber} {sku} {product} {quantity} {else}"
    line = order_line(1, quantity=Decimal("2.00"), notes_template=template)
    world = run(World(loaded_order(line)))
    (placed,) = world.whmcs.placed
    assert placed.notes == (f"sfOrderId={ORDER_ID}\n{ORDER_ID} 00000101 SKU-1 Product 1 2 {{else}}")
