"""What stops an order, what the operator and the customer read then, and how it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from portal.domain.lease import NOT_LEASED
from portal.domain.provisioning_errors import REASONS
from portal.domain.provisioning_order import LoadedOrder, ProvisionLine
from portal.domain.upstream import Refused, Unauthorized
from portal.engine.states import Status
from portal.ports.billing_orders import ClientState, OrderRefused, OrderState
from portal.provisioning.view import job_view

from functions.provision.steps.activate_esim import reference
from tests.fakes.faults import Fault
from tests.fakes.provisioning import (
    ORDER_ID,
    SNAPSHOT,
    billing_product,
    esim_line,
    loaded_order,
    order_line,
)
from tests.unit.functions.provision.world import World, assert_exactly_once

Breaks = Callable[[World], None]


def of_line(**changes: object) -> LoadedOrder:
    return loaded_order(order_line(1, **changes))


def set_whmcs(**changes: object) -> Breaks:
    def apply(world: World) -> None:
        for name, value in changes.items():
            setattr(world.whmcs, name, value)

    return apply


def catalogue(**changes: object) -> Breaks:
    def apply(world: World) -> None:
        world.whmcs.catalogue = {101: billing_product(101, **changes)}

    return apply


def gone(world: World) -> None:
    world.salesforce.order = None


def unmapped(world: World) -> None:
    world.directory.mappings.clear()


def refused(name: str, error: Exception) -> Breaks:
    def fail(*_: object, **__: object) -> None:
        raise error

    def apply(world: World) -> None:
        target, _, method = name.partition(".")
        setattr(getattr(world.ports, target), method, fail)

    return apply


CASES: dict[str, tuple[str, LoadedOrder, Breaks]] = {
    "no order": ("order-not-found", of_line(), gone),
    "not approved": (
        "order-not-approved",
        of_line().model_copy(update={"status": "Pending Review"}),
        set_whmcs(),
    ),
    "draft": ("order-status", of_line().model_copy(update={"status": "Draft"}), set_whmcs()),
    "rejected": ("order-status", of_line().model_copy(update={"status": "Rejected"}), set_whmcs()),
    "no account": ("account-not-mapped", loaded_order(order_line(1), account_id=None), set_whmcs()),
    "no user": ("account-not-mapped", of_line(), unmapped),
    "another WHMCS order": (
        "salesforce-conflict",
        loaded_order(order_line(1), whmcs_order_id="555"),
        set_whmcs(),
    ),
    "no date": (
        "activation-date-missing",
        loaded_order(order_line(1), activation_type="Scheduled"),
        set_whmcs(),
    ),
    "no lines": ("order-empty", loaded_order().model_copy(update={"lines": ()}), set_whmcs()),
    "not mapped": ("product-not-mapped", of_line(whmcs_product_id=None), set_whmcs()),
    "unknown product": ("product-unknown", of_line(), set_whmcs(catalogue={})),
    "no reference field": ("product-not-prepared", of_line(), catalogue(ref_field_id=None)),
    "half a product": ("quantity-invalid", of_line(quantity=Decimal("1.5")), set_whmcs()),
    "none": ("quantity-invalid", of_line(quantity=Decimal(0)), set_whmcs()),
    "far too many": ("order-too-large", of_line(quantity=Decimal(161)), set_whmcs()),
    "cycle": ("billing-cycle-unavailable", of_line(billing_cycle="annually"), set_whmcs()),
    "no cycle": (
        "billing-cycle-unavailable",
        of_line(billing_cycle=""),
        catalogue(cycles=frozenset({"monthly", "annually"})),
    ),
    "options text": ("options-invalid", of_line(options_json="{"), set_whmcs()),
    "options unknown": ("options-invalid", of_line(options_json=SNAPSHOT), catalogue(options={})),
    "esim text": (
        "esim-settings-invalid",
        loaded_order(order_line(1, esim_settings="{}")),
        set_whmcs(),
    ),
    "esim elsewhere": (
        "esim-settings-invalid",
        of_line(esim_settings='{"version":1,"provider":{"other":{"plan":"x"}}}'),
        set_whmcs(),
    ),
    "no client": ("whmcs-client-missing", of_line(), set_whmcs(pay_method=None)),
    "no pay method": ("payment-method-missing", of_line(), set_whmcs(pay_method=False)),
    "one of two costs": (
        "payment-method-missing",
        loaded_order(order_line(1, requires_payment_method=False), order_line(2)),
        set_whmcs(pay_method=False),
    ),
    "free, no client": (
        "whmcs-client-missing",
        of_line(requires_payment_method=False),
        set_whmcs(client=ClientState.MISSING),
    ),
    "free, closed": (
        "whmcs-client-closed",
        of_line(requires_payment_method=False),
        set_whmcs(client=ClientState.CLOSED),
    ),
    "closed": (
        "whmcs-client-closed",
        of_line(),
        set_whmcs(refusal=OrderRefused("whmcs-client-closed", "Unable to add order")),
    ),
    "esim ends": (
        "esim-activation-failed",
        loaded_order(esim_line(1)),
        lambda world: setattr(world.esim, "ends", True),
    ),
    "esim refused": (
        "esim-refused",
        loaded_order(esim_line(1)),
        refused("esim.activate", Refused("esim", "POST subscriptions", "not on this plan")),
    ),
    "module": ("module-failed", of_line(), set_whmcs(module_failures={101})),
    "whmcs key": (
        "whmcs-access-denied",
        of_line(),
        refused("products.products", Unauthorized("whmcs", "GetProducts", "Invalid IP 1.2.3.4")),
    ),
    "salesforce says no": (
        "salesforce-refused",
        of_line(),
        refused("orders.write_back", Refused("salesforce", "write back", "a validation rule")),
    ),
    "bug": (
        "internal-error",
        of_line(),
        refused("services.of_client", KeyError("nobody thought of this")),
    ),
}


AFTER_ORDERING = {"module", "salesforce says no", "bug"}


@pytest.mark.parametrize("case", CASES)
def test_reasons(case: str) -> None:
    code, order, breaks = CASES[case]
    world = World(order)
    breaks(world)
    world.press()
    world.settle()
    assert (world.job.status, world.job.lease) == (Status.FAILED, NOT_LEASED)
    assert world.job.last_error is not None
    assert world.job.last_error.code == code
    assert code in REASONS
    view = job_view(world.job)
    assert (view.status, view.error_code, view.message) == ("failed", code, REASONS[code].customer)
    assert not world.mail_queue.jobs
    assert bool(world.whmcs.all_orders) == (case in AFTER_ORDERING)
    if code in ("order-not-approved", "order-status", "salesforce-conflict"):
        assert [str(progress.status) for progress in world.salesforce.progress] == ["Failed"]
    if world.salesforce.order is not None:
        last = world.salesforce.progress[-1]
        assert (str(last.status), last.error_code) == ("Failed", code)
        assert last.error_message.endswith(REASONS[code].action)
        assert last.attempt_count == 1


def test_a_failed_order_goes_on_where_it_stopped() -> None:
    world = World()
    world.whmcs.module_failures = {102}
    world.press()
    world.settle()
    assert world.job.status is Status.FAILED
    assert len(world.esim.lines) == 1
    world.whmcs.module_failures = set()
    assert world.press().attempt == 2
    world.settle()
    assert_exactly_once(world)
    assert world.salesforce.order is not None
    assert world.salesforce.order.attempt_count == 2


def test_what_was_begun_is_finished_even_if_it_is_scheduled_meanwhile() -> None:
    world = World(loaded_order(order_line(1)))
    world.whmcs.module_failures = {101}
    world.press()
    world.settle()
    world.whmcs.module_failures = set()
    tomorrow = datetime.fromtimestamp(world.clock.now + 86_400, UTC)
    world.salesforce.change(activation_type="Scheduled", activation_at=tomorrow)
    world.press()
    world.settle(hours=1)
    assert_exactly_once(world)


def test_what_costs_nothing_needs_no_card() -> None:
    world = World(of_line(requires_payment_method=False))
    world.whmcs.pay_method = False
    world.press()
    world.settle()
    assert_exactly_once(world)


def test_a_customer_adds_a_card_and_the_button_is_pressed_again() -> None:
    world = World()
    world.whmcs.pay_method = False
    world.press()
    world.settle()
    world.whmcs.pay_method = True
    world.press()
    world.settle()
    assert_exactly_once(world)


def test_a_card_that_expires_after_the_order_was_placed_does_not_matter() -> None:
    world = World(loaded_order(order_line(1)))
    world.whmcs.module_failures = {101}
    world.press()
    world.settle()
    world.whmcs.module_failures, world.whmcs.pay_method = set(), False
    world.press()
    world.settle()
    assert_exactly_once(world)


@pytest.mark.parametrize("others", [(), (esim_line(2),)], ids=["alone", "with an eSIM"])
def test_lines_must_not_change_once_something_was_ordered(
    others: tuple[ProvisionLine, ...],
) -> None:
    world = World(loaded_order(order_line(1), *others))
    world.whmcs.module_failures = {101}
    world.press()
    world.settle()
    world.salesforce.change(lines=(order_line(1, quantity=Decimal(2)), *others))
    world.press()
    world.settle()
    assert world.job.last_error is not None
    assert world.job.last_error.code == "order-changed"
    assert len(world.whmcs.all_orders) == 1


def test_an_esim_that_ended_is_ordered_anew_by_the_next_attempt() -> None:
    world = World(loaded_order(order_line(1), esim_line(2)))
    world.esim.ends = True
    world.press()
    world.settle()
    assert world.job.last_error is not None
    assert world.job.last_error.code == "esim-activation-failed"
    world.esim.ends = False
    world.press()
    world.settle()
    assert world.job.status is Status.SUCCEEDED
    assert len(world.esim.active()) == 1
    assert list(world.esim.by_ref) == [
        reference(ORDER_ID, "line-2:1"),
        reference(ORDER_ID, "line-2:1", attempt=2),
    ]


@pytest.mark.parametrize("state", [OrderState.CANCELLED, OrderState.FRAUD, OrderState.OTHER])
def test_somebody_decides_in_whmcs_meanwhile(state: OrderState) -> None:
    world = World(loaded_order(order_line(1)))

    def decide(name: str) -> None:
        if name == "whmcs AcceptOrder":
            orders = world.whmcs.all_orders
            orders.update({number: replace(order, state=state) for number, order in orders.items()})

    world.faults.always = decide
    world.press()
    world.settle()
    assert world.job.last_error is not None
    assert world.job.last_error.code == "whmcs-order-not-accepted"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"whmcs_order_id": "999"}, "salesforce-conflict"),
        (None, "salesforce-order-deleted"),
    ],
)
def test_what_a_person_wrote_is_never_overwritten(
    change: dict[str, object] | None, code: str
) -> None:
    world = World(loaded_order(order_line(1)))

    def edit(name: str) -> None:
        if name == "salesforce write back":
            world.faults.always = lambda _: None
            if change is None:
                world.salesforce.order = None
            else:
                world.salesforce.change(**change)

    world.faults.always = edit
    world.press()
    world.settle()
    assert world.job.last_error is not None
    assert world.job.last_error.code == code
    if change is not None and world.salesforce.order is not None:
        assert world.salesforce.order.whmcs_order_id == "999"
        assert world.salesforce.status == "Failed"


def test_exhausted_retries_go_through_the_dead_letters() -> None:
    world = World()
    world.faults.always = lambda name: Fault.UNAVAILABLE if name == "whmcs GetProducts" else None
    world.press()
    began = world.clock.now
    world.settle()
    assert (world.job.status, world.job.runs) == (Status.FAILED, 9)
    assert world.job.last_error is not None
    assert world.job.last_error.code == "whmcs-unavailable"
    assert world.salesforce.status == "Failed"
    assert 40 * 60 < world.clock.now - began < 80 * 60
    delays = [delay for _, delay in world.observer.retries]
    assert delays == [30, 60, 120, 240, 480, 900, 900, 1]
    world.faults.always = lambda _: None
    world.press()
    world.settle()
    assert_exactly_once(world)


def test_a_worker_that_always_dies_ends_as_failed() -> None:
    world = World()
    world.faults.always = lambda name: Fault.KILLED_BEFORE if name == "whmcs GetProducts" else None
    world.press()
    world.settle()
    assert world.job.last_error is not None
    assert (world.job.status, world.job.last_error.code) == (Status.FAILED, "retries-exhausted")


def test_salesforce_learns_of_a_failure_even_if_it_was_the_one_that_failed() -> None:
    world = World()
    world.faults.always = lambda name: Fault.UNAVAILABLE if name.startswith("salesforce") else None
    world.press()
    world.settle(hours=6)
    assert [job.status for job in world.store.jobs.values()] == [Status.STOPPING]
    assert job_view(world.job).status == "failed"
    world.faults.always = lambda _: None
    world.settle()
    assert world.job.status is Status.FAILED
    assert world.salesforce.status == "Failed"
    assert world.salesforce.progress[-1].error_code == "salesforce-unavailable"


@pytest.mark.parametrize(
    ("status", "needs_approval"),
    [("Approved", True), ("Activated", True), ("Pending Review", False), ("Activated", False)],
)
def test_statuses_that_can_be_provisioned(status: str, needs_approval: bool) -> None:
    world = World(loaded_order(order_line(1), status=status), needs_approval=needs_approval)
    world.press()
    world.settle()
    assert_exactly_once(world)
    assert [str(progress.status) for progress in world.salesforce.progress] == ["In Progress"]


@pytest.mark.parametrize("approved", ["Approved", "Activated"])
def test_an_order_that_is_approved_after_a_refusal_is_provisioned(approved: str) -> None:
    world = World(loaded_order(order_line(1), status="Pending Review"))
    world.press()
    world.settle()
    assert world.salesforce.progress[-1].error_message == (
        "The Order's status is Pending Review. Approve the Order: set its Status to Activated or "
        "Approved, then press again."
    )
    world.salesforce.change(status=approved)
    world.press()
    world.settle()
    assert_exactly_once(world)


def test_a_draft_is_refused_where_no_approval_is_needed() -> None:
    world = World(loaded_order(order_line(1), status="Draft"), needs_approval=False)
    world.press()
    world.settle()
    assert world.salesforce.progress[-1].error_code == "order-status"


def test_deleted_between_reading_and_reporting() -> None:
    world = World(loaded_order(order_line(1)))

    def delete(name: str) -> None:
        if name == "salesforce report":
            world.salesforce.order = None

    world.faults.always = delete
    world.press()
    world.settle()
    assert world.job.last_error is not None
    assert world.job.last_error.code == "order-not-found"
    assert not world.observer.retries
    assert not world.whmcs.all_orders


def test_a_portal_user_who_is_gone_gets_no_esim() -> None:
    world = World(loaded_order(esim_line(1)))

    def leave(name: str) -> None:
        if name == "dynamodb find subscriber":
            world.directory.mappings.clear()

    world.faults.always = leave
    world.press()
    world.settle()
    assert world.job.last_error is not None
    assert world.job.last_error.code == "account-not-mapped"
    assert not world.esim.lines


@pytest.mark.parametrize("address", ["taro@example.com", "Taro@Example.com"])
@pytest.mark.parametrize("status", ["Activated", "Pending Review"])
def test_an_order_of_the_synthetic_customer_is_never_provisioned(address: str, status: str) -> None:
    world = World(loaded_order(esim_line(1), status=status), synthetic=address)
    world.press()
    world.settle()
    assert world.salesforce.progress[-1].error_code == "order-synthetic"
    assert not world.whmcs.all_orders
    assert not world.esim.lines
