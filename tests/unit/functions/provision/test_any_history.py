"""Whatever operators, queues, clocks, vendors and crashes do, in any order (a state machine).

At every moment: at most one WHMCS order, one eSIM per unit, one mail per key, and Salesforce never
says Provisioned unless it is. In the end, once everything works again and somebody presses the
button: exactly one of each.
"""

from __future__ import annotations

from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from portal.engine.states import Status

from tests.fakes.faults import Fault, Killed
from tests.fakes.provisioning import esim_line, loaded_order, order_line
from tests.unit.functions.provision.world import World, assert_exactly_once

FAULTS = st.sampled_from(list(Fault))
SOON = st.integers(0, 36)
WRITES = [
    "esim activate",
    "whmcs AddOrder",
    "whmcs AcceptOrder",
    "salesforce write back",
    "mail put",
    "dynamodb claim",
    "sqs put",
]


class AnyHistory(RuleBasedStateMachine):
    """One order and everything that can happen to it."""

    def __init__(self) -> None:
        super().__init__()
        lines = (order_line(1), esim_line(2, quantity=Decimal(2)))
        self.world = World(loaded_order(*lines))

        self.world.press("first")

    @rule(key=st.sampled_from(["a", "b", "c", None]))
    def press(self, key: str | None) -> None:
        self._survive(lambda: self.world.press(key))

    @rule()
    def deliver(self) -> None:
        """The next message, whenever it comes."""
        world = self.world
        at = world.next_at()
        if at is not None:
            world.clock.now = max(world.clock.now, at)
            self._survive(world.work)

    @rule(number=SOON, fault=FAULTS)
    def deliver_with_fault(self, number: int, fault: Fault) -> None:
        """The same, with a fault at one of the calls that it leads to."""
        faults = self.world.faults
        faults.plan = {len(faults.names) + number: fault}
        self.deliver()
        faults.plan = {}

    @rule(name=st.sampled_from(WRITES), fault=FAULTS)
    def deliver_with_fault_at_a_write(self, name: str, fault: Fault) -> None:
        """The same, at the calls that matter most."""
        faults, left = self.world.faults, [fault]
        faults.always = lambda call: left.pop() if left and call == name else None
        self.deliver()
        faults.always = lambda _: None

    @rule(number=SOON)
    def deliver_twice_at_once(self, number: int) -> None:
        """A second worker gets the same job in the middle of the first one's run."""
        world = self.world
        entered: list[bool] = []
        offset = len(world.faults.names)

        def intrude(_: str) -> None:
            if not entered and len(world.faults.names) == offset + number + 1:
                entered.append(True)
                if world.store.jobs:
                    world.queue.put(world.runner_task())
                    self._survive(world.work)

        world.faults.always = intrude
        self.deliver()
        world.faults.always = lambda _: None

    @rule(seconds=st.integers(1, 7_200))
    def time_passes(self, seconds: int) -> None:
        self.world.clock.now += seconds

    @rule()
    def the_schedule_fires(self) -> None:
        self._survive(self.world.sweep)

    @rule()
    def dead_letters_are_consumed(self) -> None:
        self._survive(self.world.consume_dead_letters)

    @rule()
    def an_operator_cancels(self) -> None:
        world = self.world
        self._survive(world.cancel)

    @rule()
    def the_queue_loses_everything(self) -> None:
        self.world.lose_messages()

    @rule(valid=st.booleans())
    def the_card(self, valid: bool) -> None:
        self.world.whmcs.pay_method = valid

    @rule(broken=st.booleans())
    def the_module(self, broken: bool) -> None:
        self.world.whmcs.module_failures = {101} if broken else set()

    @invariant()
    def never_twice(self) -> None:
        world, order = self.world, self.world.salesforce.order
        assert len(world.whmcs.all_orders) <= 1
        assert len(world.esim.lines) <= 2
        assert len(world.whmcs.setups) == len(set(world.whmcs.setups))
        assert len({mail.dedup_key for mail in world.mail_queue.jobs}) <= 3
        assert order is not None
        if order.provisioning_status == "Provisioned":
            (placed,) = world.whmcs.ours()
            assert order.whmcs_order_id == str(placed.id)

    def teardown(self) -> None:
        world = self.world
        world.whmcs.pay_method, world.whmcs.module_failures = True, set()
        for _ in range(6):
            if not world.store.jobs or world.job.status in (Status.FAILED, Status.CANCELLED):
                world.press()
            world.settle(hours=48)
            if world.job.status is Status.SUCCEEDED:
                break
        assert_exactly_once(world)

    def _survive(self, act: object) -> None:
        try:
            act()  # type: ignore[operator]  # any callable
        except Killed:
            return


AnyHistory.TestCase.settings = settings(
    max_examples=100,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
TestAnyHistory = AnyHistory.TestCase
