"""Any history of top-ups and reissues of one line: money, data and records agree in the end."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from portal.domain.esim import ChangeState, ProfileState
from portal.domain.problems import Problem
from portal.engine.states import Status
from portal.workflow_kinds import REISSUE, TOPUP, WorkflowKind

from tests.fakes.faults import Fault
from tests.fakes.invoicing import Gateway
from tests.fakes.topups import Shape
from tests.unit.functions.operations.one_line_world import (
    OneLineWorld,
    assert_nothing_twice,
    assert_one_line,
)

FAULTS = [fault for fault in Fault if fault is not Fault.THROTTLED]
KEYS = st.sampled_from(["a", "b"])
KINDS = st.sampled_from([TOPUP, REISSUE])
ROUNDS = 8


class OneLine(RuleBasedStateMachine):
    """A customer asks for both operations; gateway, provider, WHMCS, queue and staff misbehave."""

    @initialize(shape=st.sampled_from(get_args(Shape)))
    def line(self, shape: Shape) -> None:
        self.world = OneLineWorld(shape)

    @rule(kind=KINDS, key=KEYS)
    def ask(self, kind: WorkflowKind, key: str) -> None:
        """While another operation is under way, this one does not begin."""
        world = self.world
        world.faults.plan.clear()
        world.intruders.clear()
        known, free = world.operation(kind, key), world.over
        if known is None and not free:
            if world.possible(kind):
                with pytest.raises(Problem, match="operation-in-progress"):
                    world.start(kind, key)
            return
        begun = world.start(kind, key)
        if begun is not None:
            assert begun.replayed is (known is not None)

    @rule(kind=KINDS, key=KEYS, hours=st.sampled_from([0.1, 2.0, 12.0]))
    def ask_and_wait(self, kind: WorkflowKind, key: str, hours: float) -> None:
        self.ask(kind, key)
        self.world.settle(hours=hours)

    @rule(times=st.integers(1, 3))
    def work(self, times: int) -> None:
        """The next messages are delivered."""
        for _ in range(times):
            self.world.clock.now += 1
            self.world.work()

    @rule(seconds=st.sampled_from([30.0, 61.0, 400.0, 4_000.0, 30_000.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.clock.now += seconds

    @rule(hours=st.sampled_from([0.2, 2.0]))
    def the_queue_goes_on(self, hours: float) -> None:
        """Messages that wait are delivered when they are due, and the sweeper runs."""
        self.world.settle(hours=hours)

    @rule(ahead=st.integers(0, 12), fault=st.sampled_from(FAULTS))
    def something_will_go_wrong(self, ahead: int, fault: Fault) -> None:
        self.world.faults.plan[len(self.world.faults.names) + ahead] = fault

    @rule(ahead=st.integers(0, 12))
    def another_worker_will_come_in_between(self, ahead: int) -> None:
        self.world.intruders.add(len(self.world.faults.names) + ahead)

    @rule(kind=KINDS, key=KEYS)
    def a_message_is_delivered_again(self, kind: WorkflowKind, key: str) -> None:
        self.world.faults.plan.clear()
        job = self.world.operation(kind, key)
        if job is not None:
            self.world.deliver_once_more(job)

    @rule()
    def messages_are_lost(self) -> None:
        self.world.queue.messages.clear()
        self.world.waiting.messages.clear()

    @rule(gateway=st.sampled_from(["takes", "declines", "is slow"]))
    def the_gateway_changes(self, gateway: Gateway) -> None:
        self.world.books.gateway = gateway

    @rule(taken=st.booleans())
    def the_gateway_answers(self, taken: bool) -> None:
        self.world.books.gateway_answers(taken=taken)

    @rule(number=st.integers(9001, 9003))
    def the_customer_pays_by_hand(self, number: int) -> None:
        if number in self.world.books.invoices:
            self.world.books.pay_by_hand(number)

    @rule(refuses=st.booleans(), slow=st.booleans())
    def the_provider_changes(self, refuses: bool, slow: bool) -> None:
        provider = self.world.provider
        provider.refuses, provider.slow_reissues = refuses, slow
        provider.slow = slow and provider.shape == "listing"

    @rule(state=st.sampled_from([ChangeState.DONE, ChangeState.FAILED]))
    def the_provider_decides(self, state: ChangeState) -> None:
        self.world.provider.decide(state)
        self.world.provider.decide_reissues(state)

    @rule(profile=st.sampled_from([ProfileState.RELEASED, ProfileState.ENABLED]))
    def the_phone_changes(self, profile: ProfileState) -> None:
        self.world.the_phone_has(profile)

    @rule(status=st.sampled_from(["Active", "Suspended", "Cancelled"]))
    def the_service_changes(self, status: str) -> None:
        self.world.books.service_status = status

    @rule(missing=st.booleans())
    def whmcs_has_lost_the_service(self, missing: bool) -> None:
        self.world.notes.missing = missing

    @rule(kind=KINDS, key=KEYS)
    def an_operator_cancels(self, kind: WorkflowKind, key: str) -> None:
        self.world.faults.plan.clear()
        job = self.world.operation(kind, key)
        if job is not None:
            self.world.call_off(job)

    @precondition(lambda self: self.world.over)
    @rule(kind=KINDS, key=KEYS)
    def an_operator_starts_the_next_attempt(self, kind: WorkflowKind, key: str) -> None:
        self.world.faults.plan.clear()
        job = self.world.operation(kind, key)
        if job is not None and job.status in (Status.FAILED, Status.CANCELLED):
            assert self.world.start_the_next_attempt(job)

    @invariant()
    def nothing_happens_twice(self) -> None:
        world: Any = getattr(self, "world", None)
        if world is not None:
            assert_nothing_twice(world)

    def teardown(self) -> None:
        """Everybody behaves again: everything ends, and staff finishes what stopped half-way."""
        world: Any = getattr(self, "world", None)
        if world is None:
            return
        world.everybody_behaves()
        world.settle(hours=200)
        world.books.service_status = "Active"
        for job in world.unfinished():
            assert world.start_the_next_attempt(job)
            world.settle(hours=200)
        assert_one_line(world)


TestOneLine = OneLine.TestCase
TestOneLine.settings = settings(
    max_examples=400,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
