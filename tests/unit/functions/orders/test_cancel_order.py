"""POST /orders/{sfOrderId}/cancel through its handler, against the button and every accident."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from portal.domain.upstream import OutcomeUnknown, Refused, Unavailable, UpstreamError
from portal.engine.model import StepRecord, StepState
from portal.engine.start import StartOutcome, StartRequest, request_start
from portal.engine.states import Status
from portal.provisioning.job import KIND, order_job_id
from portal.provisioning.view import StoredJobReader

from functions.orders import cancel_order
from functions.orders.cancelling import Cancelling
from functions.orders.deps import CancelOrderDeps, build_cancel_order
from functions.orders.own_order import OwnOrder
from functions.orders.reading import Reading
from tests.events import Answer, call, claims, rest_event
from tests.fakes.directory import FakeDirectory, customer
from tests.fakes.faults import Fault, Faults
from tests.fakes.orders import ORDER_ID, FakeOrders, order_record
from tests.fakes.workflow import START, FakeClock, FakeQueue, MemoryJobStore

STATUS = "Withdrawn"
JOB = order_job_id(ORDER_ID)


@dataclass
class Office:
    """An order, its job, and both who may decide on it."""

    orders: FakeOrders = field(default_factory=lambda: FakeOrders(order_record()))
    faults: Faults = field(default_factory=Faults)
    merged_into: str = ""

    def __post_init__(self) -> None:
        self.store = MemoryJobStore(self.faults)
        self.clock = FakeClock()
        self.queue = FakeQueue(self.clock)

    def current(self, mapping: Any) -> Any:
        return replace(mapping, sf_account_id=self.merged_into) if self.merged_into else mapping

    def install(self) -> None:
        deps = CancelOrderDeps(
            directory=FakeDirectory(customer()),
            cancelling=Cancelling(
                orders=self.orders,
                own=OwnOrder(self.orders, self.current),
                jobs=self.store,
                status=STATUS,
                clock=self.clock,
            ),
            reading=Reading(
                orders=self.orders,
                jobs=StoredJobReader(self.store),
                currency="JPY",
                current=self.current,
                cancelled_status=STATUS,
            ),
        )
        cancel_order.app.override(build_cancel_order, lambda: deps)

    def cancel(self, order_id: str = ORDER_ID) -> Answer:
        self.install()
        event = rest_event("POST", f"/orders/{order_id}/cancel", user=claims())
        return call(cancel_order.handler, event)

    def press(self) -> StartOutcome:
        """The operator's button, as far as the engine sees it."""
        wanted = StartRequest(
            kind=KIND,
            subject=ORDER_ID,
            scope="salesforce",
            key=f"key-{self.clock.now}",
            payload_hash="hash",
            input={},
            correlation_id="corr-1",
        )
        return request_start(self.store, self.queue, wanted, now=self.clock.now).outcome

    def staff_sets(self, **changes: Any) -> None:
        self.orders.records[0] = replace(self.orders.records[0], **changes)

    @property
    def status(self) -> str:
        return self.orders.records[0].status


def refusal(answer: Answer) -> str:
    """The slug of the problem."""
    return str(answer.json()["type"].rsplit("/")[-1])


APPROVED: dict[str, Any] = {"status": "Activated", "activated": True}


@pytest.fixture(autouse=True)
def uninstall() -> Iterator[None]:
    yield
    cancel_order.app.resolver.dependency_overrides.clear()


def test_an_order_that_waits_for_review_is_cancelled() -> None:
    office = Office()
    answer = office.cancel()
    assert answer.status == 200
    shown = answer.json()
    assert (shown["sfOrderId"], shown["status"], shown["cancellable"]) == (
        ORDER_ID,
        "cancelled",
        False,
    )
    assert [entry["step"] for entry in shown["timeline"]] == ["received", "review", "cancelled"]
    assert office.status == STATUS
    assert office.press() is StartOutcome.CLOSED


def test_once_more_changes_nothing() -> None:
    office = Office()
    first = office.cancel()
    job = office.store.jobs[JOB]
    assert office.cancel().json() == first.json()
    assert office.store.jobs[JOB] == job


def test_what_staff_cancelled_is_answered_without_a_write() -> None:
    office = Office()
    office.staff_sets(status="Cancelled")
    assert office.cancel().json()["status"] == "cancelled"
    assert office.store.jobs == {}


@pytest.mark.parametrize("order_id", ["801000000000009AAA", "801000000000009"])
def test_somebody_elses_order_is_not_found(order_id: str) -> None:
    office = Office(FakeOrders(order_record(id="801000000000009AAA", account_id="001other")))
    assert refusal(office.cancel(order_id)) == "not-found"


def test_an_order_moves_with_its_account() -> None:
    office = Office(FakeOrders(order_record(account_id="001kept")), merged_into="001kept")
    assert office.cancel().json()["status"] == "cancelled"


@pytest.mark.parametrize(
    "changes",
    [
        APPROVED,
        {"status": "Approved"},
        {"status": "Draft"},
        {"provisioning_status": "In Progress"},
        {"provisioning_status": "Provisioned"},
    ],
    ids=str,
)
def test_what_staff_has_decided_is_not_cancelled(changes: dict[str, Any]) -> None:
    office = Office()
    office.staff_sets(**changes)
    assert refusal(office.cancel()) == "order-not-cancellable"
    assert office.press() is StartOutcome.ACCEPTED


@pytest.mark.parametrize("status", [s for s in Status if not s.over])
def test_an_order_that_is_being_provisioned_is_not_cancelled(status: Status) -> None:
    office = Office()
    office.press()
    office.store.replace(office.store.jobs[JOB].changed(status=status))
    assert refusal(office.cancel()) == "order-not-cancellable"
    assert office.status == "Pending Review"


def test_a_press_that_came_to_nothing_does_not_hold_the_customer() -> None:
    office = Office()
    office.press()
    office.store.replace(office.store.jobs[JOB].changed(status=Status.FAILED))
    office.staff_sets(provisioning_status="Failed")
    assert office.cancel().json()["status"] == "cancelled"
    office.clock.now += 60
    assert office.press() is StartOutcome.CLOSED


def test_a_failed_attempt_that_may_have_bought_something_does() -> None:
    office = Office()
    office.press()
    spent = StepRecord(state=StepState.STARTED, attempt=1, started_at=START, irreversible=True)
    failed = office.store.jobs[JOB].changed(status=Status.FAILED, steps={"activate_esim": spent})
    office.store.replace(failed)
    assert refusal(office.cancel()) == "order-not-cancellable"


class Racing(FakeOrders):
    """Salesforce, in which somebody does something just before or after the cancelling write."""

    def __init__(self, before: Callable[[], object], after: Callable[[], object]) -> None:
        super().__init__(order_record())
        self.before, self.after = before, after

    def cancel(self, order_id: str, status: str) -> bool:
        self.before()
        done = super().cancel(order_id, status)
        self.after()
        return done


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_press_during_the_write_starts_nothing(moment: str) -> None:
    pressed: list[StartOutcome] = []
    does = {"before": lambda: None, "after": lambda: None}
    does[moment] = lambda: pressed.append(office.press())
    office = Office(Racing(**does))
    assert office.cancel().status == 200
    assert (pressed, office.queue.sent) == ([StartOutcome.CLOSED], 0)


def test_staff_that_approves_just_before_the_write_decides() -> None:
    office = Office(Racing(lambda: office.staff_sets(**APPROVED), lambda: None))
    assert refusal(office.cancel()) == "order-not-cancellable"
    assert office.status == "Activated"
    assert office.press() is StartOutcome.ACCEPTED


def test_staff_that_cancels_just_before_the_write_agrees() -> None:
    office = Office(Racing(lambda: office.staff_sets(status="Rejected"), lambda: None))
    assert office.cancel().json()["status"] == "cancelled"


@pytest.mark.parametrize(
    ("failure", "slug"),
    [
        (Refused("salesforce", "cancel order", "no"), "upstream-refused"),
        (Unavailable("salesforce", "cancel order", "down"), "upstream-unavailable"),
    ],
)
def test_a_write_without_effect_leaves_all_as_it_was(failure: UpstreamError, slug: str) -> None:
    office = Office()
    office.orders.failure = failure
    assert refusal(office.cancel()) == slug
    assert office.status == "Pending Review"
    assert office.press() is StartOutcome.ACCEPTED


def test_a_lost_answer_keeps_the_order_closed_until_the_repetition() -> None:
    office = Office()
    office.orders.failure = OutcomeUnknown("salesforce", "cancel order", "no answer")
    assert refusal(office.cancel()) == "outcome-unknown"
    assert office.press() is StartOutcome.CLOSED
    assert office.cancel().json()["status"] == "cancelled"
    assert office.status == STATUS


def test_staff_that_approves_after_a_lost_answer_decides() -> None:
    office = Office()
    office.orders.failure = OutcomeUnknown("salesforce", "cancel order", "no answer")
    office.cancel()
    office.staff_sets(**APPROVED)
    assert refusal(office.cancel()) == "order-not-cancellable"
    assert office.press() is StartOutcome.ACCEPTED


def store_down(call_name: str) -> Fault | None:
    return Fault.UNAVAILABLE if call_name == "dynamodb replace" else None


def test_a_closing_that_cannot_be_taken_back_is_taken_back_by_the_next_request() -> None:
    racing = Racing(
        before=lambda: office.staff_sets(**APPROVED),
        after=lambda: setattr(office.faults, "always", store_down),
    )
    office = Office(racing)
    assert refusal(office.cancel()) == "order-not-cancellable"
    assert office.press() is StartOutcome.CLOSED
    office.faults.always = lambda _: None
    assert refusal(office.cancel()) == "order-not-cancellable"
    assert office.press() is StartOutcome.ACCEPTED
