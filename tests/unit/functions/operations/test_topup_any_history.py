"""Any history of several operations on one line: money and data always agree in the end."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from portal.domain.esim import ChangeState
from portal.domain.problems import Problem
from portal.engine.states import Status

from tests.fakes.faults import Fault
from tests.fakes.invoicing import Gateway
from tests.fakes.topups import Shape
from tests.unit.functions.operations.test_topup_ends import redrive
from tests.unit.functions.operations.world import World, assert_settled

FAULTS = [fault for fault in Fault if fault is not Fault.THROTTLED]
KEYS = st.sampled_from(["a", "b", "c"])


class Line(RuleBasedStateMachine):
    """Customers ask, pay by hand and ask again; gateway, provider, WHMCS and staff misbehave."""

    @initialize(shape=st.sampled_from(get_args(Shape)))
    def line(self, shape: Shape) -> None:
        self.world = World(shape)
        self.asked: set[str] = set()
        self.reissued: set[str] = set()

    @rule(key=KEYS)
    def ask(self, key: str) -> None:
        """Another operation on the line may be under way: then this one does not begin."""
        before = self.world.over
        self.world.faults.plan.clear()
        if not before and key not in self.asked:
            with pytest.raises(Problem, match="operation-in-progress"):
                self.world.ask(key)
            return
        begun = self.world.ask(key)
        assert begun.replayed is (key in self.asked)
        self.asked.add(key)

    @rule(key=KEYS)
    def ask_for_a_reissue(self, key: str) -> None:
        """One operation at a time works on the line, whatever its kind."""
        free = self.world.over
        self.world.faults.plan.clear()
        if not free and key not in self.reissued:
            with pytest.raises(Problem, match="operation-in-progress"):
                self.world.ask_for_a_reissue(key)
            return
        assert self.world.ask_for_a_reissue(key).replayed is (key in self.reissued)
        self.reissued.add(key)

    @invariant()
    def one_operation_at_a_time(self) -> None:
        world: Any = getattr(self, "world", None)
        if world is not None:
            assert sum(not job.status.over for job in world.store.jobs.values()) <= 1

    @rule()
    def work(self) -> None:
        """The next message is delivered."""
        self.world.clock.now += 1
        self.world.work()

    @rule(seconds=st.sampled_from([30.0, 61.0, 400.0, 4_000.0, 30_000.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.clock.now += seconds

    @rule(ahead=st.integers(0, 12), fault=st.sampled_from(FAULTS))
    def something_will_go_wrong(self, ahead: int, fault: Fault) -> None:
        self.world.faults.plan[len(self.world.faults.names) + ahead] = fault

    @rule(gateway=st.sampled_from(["takes", "declines", "is slow"]))
    def the_gateway_changes(self, gateway: Gateway) -> None:
        self.world.books.gateway = gateway

    @rule(taken=st.booleans())
    def the_gateway_answers(self, taken: bool) -> None:
        self.world.books.gateway_answers(taken=taken)

    @rule(number=st.integers(9001, 9004))
    def the_customer_pays_by_hand(self, number: int) -> None:
        if number in self.world.books.invoices:
            self.world.books.pay_by_hand(number)

    @rule(refuses=st.booleans(), slow=st.booleans())
    def the_provider_changes(self, refuses: bool, slow: bool) -> None:
        self.world.provider.refuses = refuses
        self.world.provider.slow = slow and self.world.provider.shape == "listing"

    @rule(state=st.sampled_from([ChangeState.DONE, ChangeState.FAILED]))
    def the_provider_decides(self, state: ChangeState) -> None:
        self.world.provider.decide(state)

    @rule(status=st.sampled_from(["Active", "Suspended", "Terminated"]))
    def the_service_changes(self, status: str) -> None:
        self.world.books.service_status = status

    @rule(key=KEYS)
    def an_operator_cancels(self, key: str) -> None:
        self.world.faults.plan.clear()
        if key in self.asked:
            self.world.cancel(key)

    @precondition(lambda self: self.world.over)
    @rule(key=KEYS)
    def an_operator_starts_the_next_attempt(self, key: str) -> None:
        self.world.faults.plan.clear()
        if key in self.asked and self.world.job(key).status in (Status.FAILED, Status.CANCELLED):
            redrive(self.world, key)

    @invariant()
    def nobody_is_charged_twice_for_one_invoice(self) -> None:
        world: Any = getattr(self, "world", None)
        if world is not None:
            assert all(invoice.charges <= 1 for invoice in world.books.invoices.values())

    def teardown(self) -> None:
        """Everybody behaves again: everything ends, and the books agree."""
        world: Any = getattr(self, "world", None)
        if world is None:
            return
        world.faults.plan.clear()
        world.provider.slow = False
        world.provider.decide(ChangeState.DONE)
        world.books.gateway_answers()
        if world.books.gateway == "is slow":
            world.books.gateway = "takes"
        world.settle(hours=200)
        for key in self.asked:
            if (
                "invoice" in world.job(key).steps
                and world.job(key).steps["invoice"].state == "kept"
            ):
                # The data was added after all: the operator's next attempt finds it.
                world.books.service_status = "Active"
                redrive(world, key)
                world.settle(hours=200)
        # A payment that nobody confirms is a person's, who has a Case.
        assert_settled(world, staff_may_decide=True)


TestLine = Line.TestCase
TestLine.settings = settings(
    max_examples=100,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
