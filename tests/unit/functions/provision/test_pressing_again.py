"""A person has mended what stopped the order, and presses the button again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from portal.domain.upstream import OutcomeUnknown, Refused, Unavailable, UpstreamError
from portal.engine.states import Status
from portal.ports.billing_orders import OrderRefused, OrderState

from tests.fakes.accounts import account
from tests.fakes.directory import customer
from tests.fakes.faults import Fault
from tests.fakes.provisioning import (
    ORDER_ID,
    REF_FIELD,
    billing_product,
    esim_line,
    loaded_order,
    order_line,
)
from tests.unit.functions.provision.world import World, assert_exactly_once

OTHER_ACCOUNT = "001000000000009AAA"
OTHER_PLAN = '{"version":1,"provider":{"gigs":{"plan":"pln_20gb"}}}'


def press(world: World) -> str | None:
    """Press and wait; the code with which it stopped."""
    world.press()
    world.settle()
    return world.job.last_error.code if world.job.last_error else None


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (OrderRefused("options-invalid", "Invalid configurable option"), "options-invalid"),
        (Refused("whmcs", "AddOrder", "something new"), "whmcs-refused"),
    ],
)
def test_lines_may_be_corrected_while_nothing_was_ordered(refusal: Exception, code: str) -> None:
    world = World(loaded_order(order_line(1)))
    world.whmcs.refusal = refusal
    assert press(world) == code
    world.whmcs.refusal = None
    world.salesforce.change(lines=(order_line(1, quantity=Decimal(2)),))
    assert press(world) is None
    assert_exactly_once(world)


def test_a_correction_may_bring_the_first_esim() -> None:
    world = World(loaded_order(order_line(1)))
    world.whmcs.refusal = OrderRefused("options-invalid", "Invalid configurable option")
    assert press(world) == "options-invalid"
    world.whmcs.refusal = None
    lines = (order_line(1), esim_line(2))
    world.whmcs.catalogue[102] = billing_product(102)
    world.salesforce.change(lines=lines)
    assert press(world) is None
    assert len(world.esim.active()) == 1
    assert_exactly_once(world)


def refusing(*before: UpstreamError) -> World:
    """A provider that refuses the first eSIM, perhaps after other fault; pressed once."""
    world = World(loaded_order(esim_line(1)))
    answers = [*before, Refused("esim", "POST subscriptions", "the plan is archived")]

    def provider(name: str) -> None:
        if name == "esim activate" and answers:
            raise answers.pop(0)

    world.faults.always = provider
    assert press(world) == "esim-refused"
    return world


@pytest.mark.parametrize("before", [(), (Unavailable("esim", "POST subscriptions", "busy"),)])
def test_the_esim_plan_may_be_corrected_while_there_is_no_esim(
    before: tuple[UpstreamError, ...],
) -> None:
    world = refusing(*before)
    world.salesforce.change(lines=(order_line(1, esim_settings=OTHER_PLAN),))
    assert press(world) is None
    assert_exactly_once(world)


def test_the_esim_plan_must_stay_when_a_request_is_in_doubt() -> None:
    world = refusing(OutcomeUnknown("esim", "POST subscriptions", "no answer"))
    world.salesforce.change(lines=(order_line(1, esim_settings=OTHER_PLAN),))
    assert press(world) == "order-changed"


def test_the_customer_may_be_corrected_while_there_is_no_esim() -> None:
    world = refusing()
    other = customer("another", email="hanako@example.com", sf_account_id=OTHER_ACCOUNT)
    world.directory.mappings = {other.user_id: other}
    world.salesforce.change(account_id=OTHER_ACCOUNT)
    assert press(world) is None
    assert_exactly_once(world)
    assert world.esim.subscribers[-1].email == "hanako@example.com"
    assert {mail.user_id for mail in world.mail_queue.jobs} == {"another"}


def test_the_esim_plan_must_stay_when_one_of_two_is_there() -> None:
    world = World(loaded_order(esim_line(1, quantity=Decimal(2))))
    calls: list[str] = []

    def provider(name: str) -> None:
        if name == "esim activate":
            calls.append(name)
            if len(calls) == 2:
                raise Refused("esim", "POST subscriptions", "no more of these")

    world.faults.always = provider
    assert press(world) == "esim-refused"
    world.salesforce.change(lines=(esim_line(1, quantity=Decimal(2)),))
    changed = order_line(1, quantity=Decimal(2), esim_settings=OTHER_PLAN)
    world.salesforce.change(lines=(changed,))
    assert press(world) == "order-changed"
    world.salesforce.change(lines=(esim_line(1, quantity=Decimal(2)),))
    assert press(world) is None
    assert_exactly_once(world)


def test_an_order_does_not_change_its_customer_once_it_has_an_esim() -> None:
    """Otherwise one customer's eSIM is mailed to another."""
    world = World()
    other = customer("another", sf_account_id=OTHER_ACCOUNT, whmcs_client_id=77)
    world.directory.mappings[other.user_id] = other
    world.whmcs.refusal = OrderRefused("product-unknown", "No items added to cart")
    assert press(world) == "product-unknown"
    world.whmcs.refusal = None
    world.salesforce.change(account_id=OTHER_ACCOUNT)
    assert press(world) == "order-changed"
    assert not world.mail_queue.jobs


def test_an_attempt_that_never_read_the_order_counts_too() -> None:
    """The button makes its next key from the count: without it, that press would be a replay."""
    world = World(loaded_order(order_line(1), attempt_count=4))
    world.whmcs.pay_method = False
    assert press(world) == "payment-method-missing"
    world.faults.always = lambda name: Fault.UNAVAILABLE if name == "salesforce load" else None
    assert press(world) == "salesforce-unavailable"
    assert world.salesforce.order is not None
    assert world.salesforce.order.attempt_count == 6


def test_salesforce_says_provisioned_when_only_the_mails_were_missing() -> None:
    world = World()
    world.faults.always = lambda name: Fault.UNAVAILABLE if name == "mail put" else None
    assert press(world) == "aws-unavailable"
    assert world.salesforce.status == "Failed"
    world.faults.always = lambda _: None
    assert press(world) is None
    assert_exactly_once(world)


@pytest.mark.parametrize("mark", ["field", "notes"])
@pytest.mark.parametrize("dropped", [OrderState.CANCELLED, OrderState.FRAUD])
def test_of_several_whmcs_orders_the_one_that_was_not_cancelled(
    dropped: OrderState, mark: str
) -> None:
    world = World(loaded_order(order_line(1)))
    world.whmcs.keeps_fields, world.whmcs.keeps_notes = mark == "field", mark == "notes"
    lost = [Fault.LOST_ANSWER]
    world.faults.always = lambda name: lost.pop() if lost and name == "whmcs AddOrder" else None
    fields = {REF_FIELD: ORDER_ID} if mark == "field" else {}
    notes = f"sfOrderId={ORDER_ID}" if mark == "notes" else ""
    wrong = world.whmcs.add_by_hand(101, fields=fields, notes=notes)
    assert press(world) == "add-order-ambiguous"
    orders = world.whmcs.all_orders
    orders[wrong] = replace(orders[wrong], state=dropped)
    assert press(world) is None
    assert world.job.status is Status.SUCCEEDED
    assert world.job.result["whmcsOrderId"] == str(max(orders))
    assert len(orders) == 2


def test_all_of_several_were_cancelled() -> None:
    """Then somebody did not want the order: it is not placed a third time."""
    world = World(loaded_order(order_line(1)))
    for _ in range(2):
        world.whmcs.add_by_hand(101, fields={REF_FIELD: ORDER_ID})
    lost = [Fault.LOST_REQUEST]
    world.faults.always = lambda name: lost.pop() if lost and name == "whmcs AddOrder" else None
    orders = world.whmcs.all_orders
    orders.update({n: replace(o, state=OrderState.CANCELLED) for n, o in orders.items()})
    assert press(world) == "add-order-ambiguous"
    assert len(orders) == 2


def test_an_order_of_a_merged_account_is_provisioned_for_its_customer() -> None:
    world = World(loaded_order(order_line(1), account_id=OTHER_ACCOUNT))
    world.accounts.accounts.append(account("CN-000909", id=OTHER_ACCOUNT))
    world.accounts.merge(customer().sf_account_id, OTHER_ACCOUNT)
    assert press(world) is None
    assert_exactly_once(world)
    found = world.directory.by_account(OTHER_ACCOUNT)
    assert found is not None
    assert found.user_id == customer().user_id
