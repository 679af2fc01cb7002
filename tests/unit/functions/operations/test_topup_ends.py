"""How a top-up ends, whatever customer, gateway, provider and staff do meanwhile."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import get_args

import pytest
from portal.domain.esim import ChangeState, LineState
from portal.engine.model import StepState, Task
from portal.engine.start import Cancellation, StartRequest, request_start
from portal.engine.states import Status
from portal.operations.job import operation_job_id
from portal.ports.invoicing import InvoiceStatus

from functions.operations.topup.words import WORDS, made_good
from functions.operations.view import operation_view
from tests.fakes.faults import Fault
from tests.fakes.topups import LINE_ID, Shape
from tests.unit.functions.operations.world import (
    HOUR,
    LINE,
    PRICE,
    SERVICE_ID,
    World,
    assert_settled,
    failed,
    succeeded,
)

both = pytest.mark.parametrize("shape", get_args(Shape))


def down(*upstreams: str) -> object:
    """Faults by which some upstreams are away."""
    return lambda name: Fault.DOWN if name.split()[0] in upstreams else None


@both
def test_a_top_up_costs_five_calls_of_whmcs_and_two_of_the_provider(shape: Shape) -> None:
    world = World(shape)
    world.ask()
    world.settle()
    succeeded(world)
    assert world.faults.count("whmcs") <= 5
    assert world.faults.count("esim") <= 2
    assert world.faults.count("salesforce") == 0
    (mail,) = world.mail_queue.jobs
    assert mail.parameters == {
        "offerName": "5 GB",
        "price": {"amount": "1500", "currency": "JPY"},
        "subscriptionId": SERVICE_ID,
        "invoiceId": 9001,
    }


def test_a_refused_payment_costs_nothing_and_needs_no_operator() -> None:
    world = World()
    world.books.gateway = "declines"
    world.ask()
    world.settle()
    failed(world, "payment-failed")
    (invoice,) = world.books.with_status(InvoiceStatus.CANCELLED)
    assert invoice.payments == []
    view = operation_view(world.job(), WORDS)
    assert view.message is not None
    assert view.message.endswith("You have not been charged.")


@both
def test_a_provider_that_refuses_is_credited_with_one_case(shape: Shape) -> None:
    world = World(shape)
    world.provider.refuses = True
    world.ask()
    world.settle()
    failed(world, "esim-refused")
    assert world.books.credited == PRICE
    (case,) = world.cases.by_key.values()
    assert case.topup is not None
    assert (case.topup.decision, case.topup.amount) == ("credit", "1500")
    assert (case.topup.operation_id, case.topup.invoice_id) == (world.job().subject, 9001)
    message = operation_view(world.job(), WORDS).message or ""
    assert message.endswith("We have credited 1500 JPY to your account.")


@both
def test_a_provider_that_stays_away_is_credited_after_the_patience(shape: Shape) -> None:
    world = World(shape)
    world.ask()
    world.faults.always = lambda name: Fault.DOWN if name == "esim top up" else None
    began = world.clock.now
    world.settle()
    failed(world, "esim-unavailable")
    assert world.clock.now - began > 6 * HOUR
    assert world.books.credited == PRICE


@pytest.mark.parametrize(
    ("status", "code"),
    [("Suspended", "service-not-active"), ("Terminated", "service-not-active")],
)
def test_a_service_that_is_not_active_is_not_charged(status: str, code: str) -> None:
    world = World()
    world.books.service_status = status
    world.ask()
    world.settle()
    failed(world, code)
    assert world.books.invoices == {}


@both
@pytest.mark.parametrize("state", [LineState.PENDING, LineState.SUSPENDED, LineState.ENDED])
def test_a_line_that_is_not_active_is_not_charged(shape: Shape, state: LineState) -> None:
    """As it was when the operation was accepted, and is not any more when it is worked on."""
    world = World(shape)
    world.ask()
    world.provider.polls = 1_000
    world.provider.lines[LINE_ID] = replace(world.provider.lines[LINE_ID], state=state)
    world.clock.now += 301
    world.settle()
    failed(world, "line-not-active")
    assert world.books.invoices == {}


@pytest.mark.parametrize("can_pay", [False, None])
def test_without_a_payment_method_nothing_is_invoiced(can_pay: bool | None) -> None:
    world = World()
    world.books.can_pay = can_pay
    world.ask()
    world.settle()
    failed(world, "payment-method-missing")
    assert world.books.invoices == {}


def test_a_line_that_changed_hands_is_not_topped_up() -> None:
    world = World()
    world.ask()
    world.lines.remember([replace(LINE, user_id="somebody-else")])
    world.settle()
    failed(world, "service-missing")


@both
def test_a_service_that_ends_while_the_provider_is_away_is_credited(shape: Shape) -> None:
    """The check has aged: it is made again before the top-up, and says no."""
    world = World(shape)
    world.ask()
    world.faults.always = lambda name: Fault.DOWN if name == "esim top up" else None
    world.work()
    assert world.books.received == PRICE
    world.faults.always = lambda _: None
    world.books.service_status = "Terminated"
    world.clock.now += HOUR
    world.settle()
    failed(world, "service-not-active")
    assert world.provider.bought == []
    assert world.books.credited == PRICE


@both
def test_an_invoice_that_the_customer_pays_by_hand_is_topped_up_once(shape: Shape) -> None:
    """WHMCS was away between invoice and capture; there is no stored card any more."""
    world = World(shape)
    world.ask()
    world.faults.always = lambda name: Fault.DOWN if name == "whmcs capture" else None
    world.work()
    assert world.job().status is Status.RUNNING
    world.books.pay_by_hand(9001)
    world.books.can_pay = False
    world.faults.always = lambda _: None
    world.settle()
    succeeded(world)
    assert world.books.invoices[9001].charges == 0
    assert world.books.received == PRICE


@both
def test_a_payment_by_hand_beside_an_unknown_capture_is_topped_up_once(shape: Shape) -> None:
    world = World(shape)
    world.ask()
    lost = iter([Fault.LOST_REQUEST])
    world.faults.always = lambda name: next(lost, None) if name == "whmcs capture" else None
    world.work()
    world.books.pay_by_hand(9001)
    world.settle()
    succeeded(world)
    assert world.books.received == PRICE


def test_an_invoice_that_is_paid_after_the_refusal_is_credited() -> None:
    """The customer pays in the moment between our capture and the cancelling."""
    world = World()
    world.books.gateway = "declines"
    world.ask()

    def pay(name: str) -> None:
        if name == "whmcs cancel invoice":
            world.books.pay_by_hand(9001)

    world.faults.always = pay
    world.settle()
    failed(world, "payment-failed")
    assert (world.books.received, world.books.credited) == (PRICE, PRICE)
    assert made_good(world.job()).text == "We have credited 1500 JPY to your account."


def test_an_invoice_cannot_be_paid_by_hand_once_the_operation_has_ended() -> None:
    world = World()
    world.books.gateway = "declines"
    world.ask()
    world.settle()
    world.books.pay_by_hand(9001)
    failed(world, "payment-failed")
    assert world.books.received == 0


@both
def test_a_slow_gateway_is_waited_for(shape: Shape) -> None:
    world = World(shape)
    world.books.gateway = "is slow"
    world.ask()
    world.work()
    assert operation_view(world.job(), WORDS).status == "running"
    world.clock.now += HOUR
    world.books.gateway_answers()
    world.settle()
    succeeded(world)


def test_a_payment_that_stays_pending_keeps_the_operation_until_the_bank_decides() -> None:
    world = World()
    world.books.gateway = "is slow"
    world.ask()
    world.settle(hours=20)
    assert world.job().status is Status.STOPPING
    assert operation_view(world.job(), WORDS).status == "running"
    world.books.gateway_answers()
    world.settle()
    failed(world, "payment-pending")
    assert world.books.credited == PRICE


def test_a_payment_that_the_bank_refuses_in_the_end_is_cancelled() -> None:
    world = World()
    world.books.gateway = "is slow"
    world.ask()
    world.work()
    world.books.gateway_answers(taken=False)
    world.books.gateway = "declines"
    world.settle()
    failed(world, "payment-failed")


def test_a_refused_payment_of_a_line_that_was_suspended_meanwhile_is_a_persons() -> None:
    """The invoice is unpaid again; only the gateway knows whether the money comes after all."""
    world = World("listing")
    world.books.gateway = "is slow"
    world.ask()
    world.work()
    world.books.gateway_answers(taken=False)
    world.books.gateway, world.books.service_status = "takes", "Suspended"
    world.clock.now += 400
    world.settle(hours=200)
    assert_settled(world, staff_may_decide=True)
    job = world.job()
    assert job.status is Status.FAILED
    assert job.steps["invoice"].state is StepState.KEPT
    assert world.books.received == 0
    assert not world.provider.delivered


def test_a_capture_that_whmcs_accepted_is_never_sent_again() -> None:
    world = World()
    world.books.gateway = "tells late"
    world.ask()
    for _ in range(20):
        world.clock.now += 61
        world.work()
    assert world.books.invoices[9001].charges == 1
    world.books.gateway_answers()
    world.settle()
    succeeded(world)


def test_a_capture_that_is_never_confirmed_is_a_persons() -> None:
    world = World()
    world.books.gateway = "tells late"
    world.ask()
    world.settle()
    job = world.job()
    assert job.status is Status.FAILED
    assert job.steps["invoice"].state is StepState.KEPT
    (case,) = world.cases.by_key.values()
    assert case.topup is not None
    assert case.topup.decision == "person"
    assert world.books.invoices[9001].status is InvoiceStatus.CANCELLED
    assert made_good(job).text.startswith("Our support team checks")


@both
def test_a_lost_answer_and_a_provider_that_stays_away_is_no_reason_for_a_credit(
    shape: Shape,
) -> None:
    """The data was added; when the provider is back after the patience, the look shows it."""
    world = World(shape)
    world.ask()
    lost = iter([Fault.LOST_ANSWER])

    def away(name: str) -> Fault | None:
        if name == "esim top up":
            return next(lost, Fault.DOWN)
        return Fault.DOWN if name.startswith("esim find") else None

    world.faults.always = away
    world.settle(hours=10)
    assert world.job().status is Status.STOPPING, "it must not be credited before it was looked for"
    world.faults.always = lambda _: None
    world.settle()
    job = world.job()
    assert (job.status, job.steps["invoice"].state) == (Status.FAILED, StepState.KEPT)
    assert len(world.provider.delivered) == 1
    assert world.books.credited == 0
    redrive(world)
    world.settle()
    succeeded(world)
    assert (len(world.provider.delivered), len(world.books.invoices)) == (1, 1)


def redrive(world: World, key: str = "key-1") -> None:
    """An operator starts the next attempt."""
    job = world.job(key)
    started = request_start(
        world.store,
        world.queue,
        StartRequest(
            kind=job.kind,
            subject=job.subject,
            key=f"redrive-{job.attempt}",
            scope="ops",
            payload_hash=str(job.input["asked"]),
            input={name: str(value) for name, value in job.input.items()},
            correlation_id="redrive-0001",
        ),
        now=world.clock.now,
    )
    assert started.outcome == "accepted"


def test_somebody_else_changed_the_line_so_that_a_person_decides() -> None:
    """eSIM Access shows nothing but the total, and the total is neither of the two."""
    world = World("total")
    world.ask()
    lost = iter([Fault.LOST_REQUEST])

    def accident(name: str) -> Fault | None:
        if name == "esim top up":
            world.provider.foreign_bytes = 123
            return next(lost, None)
        return None

    world.faults.always = accident
    world.settle()
    job = world.job()
    assert (job.status, job.steps["invoice"].state) == (Status.FAILED, StepState.KEPT)
    assert not world.provider.bought
    assert world.books.credited == 0
    (case,) = world.cases.by_key.values()
    assert case.topup is not None
    assert case.topup.decision == "person"


def test_a_credit_that_whmcs_refuses_is_a_persons_and_has_its_case() -> None:
    world = World()
    world.provider.refuses = True
    world.books.refuses_credit = True
    world.ask()
    world.settle()
    assert world.job().steps["invoice"].state is StepState.KEPT
    assert len(world.cases.by_key) == 1
    world.books.refuses_credit = False
    world.provider.refuses = False
    redrive(world)
    world.settle()
    assert world.job().status is Status.SUCCEEDED
    assert world.books.received == PRICE
    assert world.books.credited == 0
    assert len(world.provider.bought) == 1


@both
def test_after_a_refund_the_next_attempt_has_an_invoice_and_a_charge_of_its_own(
    shape: Shape,
) -> None:
    world = World(shape)
    world.provider.refuses = True
    world.ask()
    world.settle()
    world.provider.refuses = False
    redrive(world)
    world.settle()
    succeeded(world)
    assert (len(world.books.invoices), world.books.received) == (2, 2 * PRICE)
    assert (world.books.credited, len(world.provider.bought)) == (PRICE, 1)


@both
def test_a_slow_provider_is_waited_for(shape: Shape) -> None:
    world = World(shape)
    world.provider.slow = True
    world.ask()
    world.work()
    if shape == "listing":  # the line's total shows a top-up at once
        # The provider's event for the line or for the top-up wakes the operation.
        assert {handle for _, handle in world.waits.tasks} == {LINE_ID, "sad_1"}
        assert set(world.waits.tasks.values()) == {Task(world.job().id, 1)}
    world.clock.now += HOUR
    world.provider.decide(ChangeState.DONE)
    world.settle()
    succeeded(world)
    assert len(world.provider.bought) == 1


def test_a_top_up_that_the_provider_ends_is_credited() -> None:
    world = World()
    world.provider.slow = True
    world.ask()
    world.work()
    world.provider.decide(ChangeState.FAILED)
    world.settle()
    failed(world, "topup-failed")
    assert world.books.credited == PRICE


def test_an_invoice_that_staff_cancel_is_not_charged() -> None:
    world = World()
    world.ask()
    world.faults.always = lambda name: Fault.DOWN if name == "whmcs capture" else None
    world.work()
    world.books.invoices[9001].status = InvoiceStatus.CANCELLED
    world.faults.always = lambda _: None
    world.settle()
    failed(world, "invoice-changed")


def test_an_invoice_that_staff_delete_is_not_charged() -> None:
    world = World()
    world.ask()
    world.faults.always = lambda name: Fault.DOWN if name == "whmcs capture" else None
    world.work()
    world.books.invoices.clear()
    world.faults.always = lambda _: None
    world.settle()
    failed(world, "invoice-missing")


def test_an_invoice_that_was_paid_in_part_is_given_back_in_part() -> None:
    world = World()
    world.books.gateway = "declines"
    world.ask()

    def part(name: str) -> None:
        if name == "whmcs capture":
            world.books.invoices[9001].payments = [Decimal(500)]

    world.faults.always = part
    world.settle()
    failed(world, "payment-failed")
    assert world.books.credited == 500


def test_an_operator_cancels_before_the_charge() -> None:
    world = World()
    world.ask()
    world.faults.always = lambda name: Fault.DOWN if name == "whmcs capture" else None
    world.work()
    assert world.cancel() is Cancellation.CANCELLED
    world.settle()
    assert_settled(world)
    assert world.job().status is Status.CANCELLED
    assert world.books.received == 0


def test_an_operator_cannot_cancel_after_the_charge() -> None:
    world = World()
    world.ask()
    world.faults.always = lambda name: Fault.DOWN if name == "esim top up" else None
    world.work()
    assert world.cancel() is Cancellation.TOO_LATE


def test_an_offer_that_is_withdrawn_during_an_outage_is_not_charged() -> None:
    world = World()
    world.ask()
    job_id = operation_job_id(world.job().subject)
    stored = world.store.jobs[job_id]
    gone = {**stored.input, "offer": "add_gone"}
    world.store.jobs[job_id] = stored.changed(input=gone)
    world.clock.now += HOUR
    world.settle()
    failed(world, "offer-gone")
    assert world.books.invoices == {}
