"""Every code of the table: what stops the order, its remedy, and the next press, which succeeds.

A code without a story here is one whose remedy is not the button; `ENDS` says what is done instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from portal.config import ConfigurationError
from portal.domain.provisioning_errors import REASONS
from portal.domain.provisioning_order import LoadedOrder
from portal.domain.upstream import OutcomeUnknown, Refused, Unauthorized, Unavailable
from portal.engine.states import Status
from portal.ports.billing_orders import ClientState, OrderRefused, OrderState

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

Change = Callable[[World], None]
KEPT = "001000000000909AAA"

ENDS = {
    "cancelled": "pressing begins a new attempt, which test_cancel_and_repeat shows",
    "order-synthetic": "orders of the smoke test are never set up, which test_stops shows",
    "salesforce-order-deleted": "the Order is restored, or the order is cancelled in WHMCS",
    "whmcs-order-missing": "the order is finished by hand",
    "whmcs-order-not-accepted": "somebody decided against the order in WHMCS",
}


@dataclass(frozen=True)
class Story:
    """What stops the order, and what the remedy asks for."""

    breaks: Change
    mends: Change
    order: LoadedOrder = field(default_factory=lambda: loaded_order(order_line(1)))
    once: bool = True


def failing(call: str, error: Exception) -> Change:
    def apply(world: World) -> None:
        def fail(name: str) -> None:
            if name == call:
                raise error

        world.faults.always = fail

    return apply


def faulty(call: str, fault: Fault) -> Change:
    def apply(world: World) -> None:
        world.faults.always = lambda name: fault if name == call else None

    return apply


def working(world: World) -> None:
    """Nothing fails any more."""
    world.faults.always = lambda _: None


def whmcs(**values: object) -> Change:
    def apply(world: World) -> None:
        for name, value in values.items():
            setattr(world.whmcs, name, value)

    return apply


def products(**changes: object) -> Change:
    def apply(world: World) -> None:
        world.whmcs.catalogue = {101: billing_product(101, **changes)}

    return apply


def corrected(**changes: object) -> Change:
    def apply(world: World) -> None:
        world.salesforce.change(**changes)

    return apply


def lines(*made: object) -> Change:
    return corrected(lines=made)


def hidden(world: World) -> None:
    world.salesforce.order = None


def restored(world: World) -> None:
    world.salesforce.order = loaded_order(order_line(1))


def nobody(world: World) -> None:
    world.directory.mappings.clear()


def signed_up(world: World) -> None:
    world.directory.mappings[customer().user_id] = customer()


def two_users(world: World) -> None:
    other = customer("second", sf_account_id=KEPT[:-4] + "8AAA", customer_number="CN-8")
    world.directory.mappings["second"] = other
    world.accounts.accounts += [account("CN-909", id=KEPT), account("CN-8", id=other.sf_account_id)]
    world.accounts.merge(customer().sf_account_id, KEPT)
    world.accounts.merge(other.sf_account_id, KEPT)


def one_removed(world: World) -> None:
    world.directory.remove(world.directory.mappings["second"])


def ambiguous(world: World) -> None:
    lost = [Fault.LOST_ANSWER]
    world.faults.always = lambda name: lost.pop() if lost and name == "whmcs AddOrder" else None
    world.whmcs.add_by_hand(101, fields={REF_FIELD: ORDER_ID})


def wrong_one_cancelled(world: World) -> None:
    orders = world.whmcs.all_orders
    first = min(orders)
    orders[first] = replace(orders[first], state=OrderState.CANCELLED)


def modules_fail(world: World) -> None:
    world.whmcs.module_failures = {101}


def changed_after_ordering(world: World) -> None:
    modules_fail(world)
    world.press()
    world.settle()
    world.whmcs.module_failures = set()
    world.salesforce.change(lines=(order_line(1, quantity=Decimal(2)),))


def another_order_written(world: World) -> None:
    world.salesforce.change(whmcs_order_id="555")


def service_suspended(world: World) -> None:
    """Somebody suspends the service before it is set up."""

    def suspend(name: str) -> None:
        if name == "whmcs GetClientsProducts" and world.whmcs.all_services:
            world.whmcs.all_services = {
                number: replace(service, status="Suspended")
                for number, service in world.whmcs.all_services.items()
            }

    world.whmcs.module_failures = {101}
    world.faults.always = suspend


def services_mended(world: World) -> None:
    working(world)
    world.whmcs.module_failures = set()
    world.whmcs.all_services = {
        number: replace(service, status="Pending")
        for number, service in world.whmcs.all_services.items()
    }


def no_time(world: World) -> None:
    world.context.left = 20.0


def time_enough(world: World) -> None:
    world.context.left = 150.0


ESIM = loaded_order(esim_line(1))
STORIES: dict[str, Story] = {
    "account-conflict": Story(two_users, one_removed, loaded_order(order_line(1), account_id=KEPT)),
    "account-not-mapped": Story(nobody, signed_up),
    "activation-date-missing": Story(
        corrected(activation_type="Scheduled"),
        corrected(activation_at=datetime(2020, 1, 1, tzinfo=UTC)),
    ),
    "add-order-ambiguous": Story(ambiguous, wrong_one_cancelled, once=False),
    "retries-exhausted": Story(faulty("salesforce write back", Fault.KILLED_BEFORE), working),
    "add-order-unconfirmed": Story(faulty("whmcs AddOrder", Fault.LOST_REQUEST), working),
    "aws-access-denied": Story(failing("mail put", Unauthorized("sqs", "Send", "")), working),
    "aws-outcome-unknown": Story(failing("mail put", OutcomeUnknown("sqs", "Send", "")), working),
    "aws-refused": Story(failing("mail put", Refused("sqs", "Send", "")), working),
    "aws-unavailable": Story(failing("mail put", Unavailable("sqs", "Send", "")), working),
    "billing-cycle-unavailable": Story(
        lines(order_line(1, billing_cycle="annually")), lines(order_line(1))
    ),
    "configuration": Story(
        failing("salesforce write back", ConfigurationError("WHMCS_PAYMENT_METHOD is missing")),
        working,
    ),
    "esim-access-denied": Story(
        failing("esim activate", Unauthorized("esim", "POST", "")), working, ESIM
    ),
    "esim-activation-failed": Story(
        lambda world: setattr(world.esim, "ends", True),
        lambda world: setattr(world.esim, "ends", False),
        ESIM,
        once=False,
    ),
    "esim-activation-pending": Story(
        lambda world: setattr(world.esim, "polls", 10_000),
        lambda world: setattr(world.esim, "polls", 1),
        ESIM,
    ),
    "esim-outcome-unknown": Story(faulty("esim activate", Fault.LOST_REQUEST), working, ESIM),
    "esim-refused": Story(failing("esim activate", Refused("esim", "POST", "no")), working, ESIM),
    "esim-settings-invalid": Story(
        lines(order_line(1, esim_settings="{}")), lines(esim_line(1)), ESIM
    ),
    "esim-unavailable": Story(faulty("esim activate", Fault.UNAVAILABLE), working, ESIM),
    "internal-error": Story(
        failing("salesforce write back", KeyError("a defect")), working, once=False
    ),
    "module-failed": Story(modules_fail, whmcs(module_failures=set())),
    "options-invalid": Story(lines(order_line(1, options_json="{")), lines(order_line(1))),
    "order-changed": Story(changed_after_ordering, lines(order_line(1))),
    "order-empty": Story(lines(), lines(order_line(1))),
    "order-not-approved": Story(corrected(status="Pending Review"), corrected(status="Activated")),
    "order-not-found": Story(hidden, restored),
    "order-status": Story(corrected(status="Rejected"), corrected(status="Activated")),
    "order-too-large": Story(
        lines(order_line(1, quantity=Decimal(161))), lines(order_line(1, quantity=Decimal(80)))
    ),
    "out-of-time": Story(no_time, time_enough),
    "payment-method-missing": Story(whmcs(pay_method=False), whmcs(pay_method=True)),
    "product-not-mapped": Story(lines(order_line(1, whmcs_product_id=None)), lines(order_line(1))),
    "product-not-prepared": Story(products(ref_field_id=None), products()),
    "product-unknown": Story(whmcs(catalogue={}), products()),
    "quantity-invalid": Story(lines(order_line(1, quantity=Decimal("1.5"))), lines(order_line(1))),
    "salesforce-access-denied": Story(
        failing("salesforce write back", Unauthorized("salesforce", "PATCH", "")), working
    ),
    "salesforce-conflict": Story(another_order_written, corrected(whmcs_order_id="")),
    "salesforce-outcome-unknown": Story(
        faulty("salesforce write back", Fault.LOST_ANSWER), working
    ),
    "salesforce-refused": Story(
        failing("salesforce write back", Refused("salesforce", "PATCH", "a rule")), working
    ),
    "salesforce-unavailable": Story(faulty("salesforce write back", Fault.UNAVAILABLE), working),
    "service-mismatch": Story(service_suspended, services_mended),
    "whmcs-access-denied": Story(
        failing("whmcs AddOrder", Unauthorized("whmcs", "AddOrder", "")), working
    ),
    "whmcs-client-closed": Story(
        whmcs(refusal=OrderRefused("whmcs-client-closed", "Unable to add order")),
        whmcs(refusal=None),
    ),
    "whmcs-client-missing": Story(
        whmcs(client=ClientState.MISSING, pay_method=None),
        whmcs(client=ClientState.USABLE, pay_method=True),
    ),
    "whmcs-outcome-unknown": Story(faulty("whmcs AcceptOrder", Fault.LOST_REQUEST), working),
    "whmcs-refused": Story(
        whmcs(refusal=Refused("whmcs", "AddOrder", "something new")), whmcs(refusal=None)
    ),
    "whmcs-unavailable": Story(faulty("whmcs AddOrder", Fault.UNAVAILABLE), working),
}


def test_every_code_has_a_story_or_an_end() -> None:
    assert set(STORIES) | set(ENDS) == set(REASONS)
    assert not set(STORIES) & set(ENDS)


def pressed(world: World) -> tuple[Status, str | None]:
    """Press and let time pass; how it ended, and the code with which it stopped."""
    world.press()
    world.settle()
    return world.job.status, world.job.last_error.code if world.job.last_error else None


@pytest.mark.parametrize("code", STORIES)
def test_the_remedy_makes_the_next_press_succeed(code: str) -> None:
    story = STORIES[code]
    world = World(story.order)
    story.breaks(world)
    assert pressed(world) == (Status.FAILED, code)
    story.mends(world)
    assert pressed(world) == (Status.SUCCEEDED, None)
    if story.once:
        assert_exactly_once(world)
