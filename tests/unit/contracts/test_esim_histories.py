"""Any history of orders, reissues and top-ups with lost answers has each effect exactly once.

The machine does what the port tells its callers: record, ask, and after an unknown outcome look
before asking again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run
from portal.domain.esim import ChangeState, Line, ReissueMode, TopUpTrace, Trace
from portal.domain.upstream import OutcomeUnknown

from local.emulators.esim_access.emulator import EsimAccess
from local.emulators.gigs.emulator import Gigs
from local.emulators.kit.server import Running, running
from tests.contracts.esim_worlds import EsimAccessWorld, EsimWorld, FakeWorld, GigsWorld, Write

ACCIDENTS = st.lists(
    st.sampled_from(["lose_answer", "lose_request", "break_down"]), max_size=2, unique=True
)
LIMITS = settings(
    max_examples=8,
    stateful_step_count=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking over HTTP takes minutes
)


class Histories(RuleBasedStateMachine):
    """A customer with lines; `make` gives a fresh world."""

    make: Callable[[], EsimWorld]

    def __init__(self) -> None:
        super().__init__()
        self.world = type(self).make()
        self.lines: list[Line] = []
        self.top_ups = 0
        self.serial = 0
        self.changes: frozenset[str] = frozenset()

    @rule(accidents=ACCIDENTS)
    def order(self, accidents: list[str]) -> None:
        ref = self._ref()

        def ask() -> bool:
            self.world.order(ref)
            return True

        self._once("activate", accidents, ask, lambda: ref in self.world.find(ref))
        self.world.allocate()
        self.lines.append(self.world.find(ref)[ref])

    @precondition(lambda self: self.lines)
    @rule(accidents=ACCIDENTS, which=st.integers(0, 9))
    def reissue(self, accidents: list[str], which: int) -> None:
        index = which % len(self.lines)
        line, provider = self.lines[index], self.world.provider
        trace = Trace(
            ref=self._ref(),
            line_id=line.line_id,
            since=datetime.now(UTC),
            iccid_before=line.iccid,
            earlier=self.changes,
        )

        def ask() -> bool:
            provider.reissue(
                ref=trace.ref,
                line_id=line.line_id,
                plan=self.world.plan,
                subscriber_id=self.world.subscriber(),
            )
            return True

        self._once("reissue", accidents, ask, lambda: provider.find_reissue(trace) is not None)
        self.world.allocate()
        done = provider.find_reissue(trace)
        assert done is not None
        assert done.state is ChangeState.DONE
        assert done.line_id is not None
        assert done.iccid != line.iccid
        if provider.capabilities.reissue is ReissueMode.REPLACEMENT_ORDER:
            provider.end_line(line.line_id)
        self.changes |= {done.reissue_id}
        self.lines[index] = provider.get_line(done.line_id)

    @precondition(lambda self: self.lines)
    @rule(accidents=ACCIDENTS, which=st.integers(0, 9))
    def top_up(self, accidents: list[str], which: int) -> None:
        line, provider = self.lines[which % len(self.lines)], self.world.provider
        (offer,) = provider.offers(self.world.plan)
        trace = TopUpTrace(
            ref=self._ref(),
            line_id=line.line_id,
            since=datetime.now(UTC),
            earlier=self.changes,
            offer_id=offer.offer_id,
            data_before=provider.get_line(line.line_id).data_total,
            data_added=offer.data_bytes,
        )

        def ask() -> bool:
            provider.top_up(ref=trace.ref, line_id=line.line_id, offer_id=offer.offer_id)
            return True

        self._once("top up", accidents, ask, lambda: provider.find_top_up(trace) is not None)
        self.world.allocate()
        done = provider.find_top_up(trace)
        assert done is not None
        assert done.state is ChangeState.DONE
        self.changes |= {done.top_up_id} if done.top_up_id else frozenset()
        self.top_ups += 1

    @precondition(lambda self: self.lines)
    @rule(accidents=ACCIDENTS, which=st.integers(0, 9))
    def end(self, accidents: list[str], which: int) -> None:
        line, provider = self.lines.pop(which % len(self.lines)), self.world.provider

        def ask() -> bool:
            provider.end_line(line.line_id)
            return True

        # Ending repeats safely: there is nothing to look for.
        self._once("end line", accidents, ask, lambda: False)

    @invariant()
    def the_vendor_sold_what_was_asked_for(self) -> None:
        assert self.world.living() == len(self.lines)
        assert self.world.bought() == self.top_ups

    @invariant()
    def every_line_has_its_data(self) -> None:
        for line in self.lines:
            usage = self.world.provider.usage([line.line_id])[line.line_id]
            assert usage.limit is not None
            assert usage.limit >= 10 * 10**9

    def _ref(self) -> str:
        self.serial += 1
        return f"801000000000001AAA-{self.serial}"

    def _once(
        self,
        write: Write,
        accidents: list[str],
        ask: Callable[[], bool],
        happened: Callable[[], bool],
    ) -> None:
        """Ask until it is done, with an accident at each of the first requests."""
        for accident in accidents:
            getattr(self.world, accident)(write)
            try:
                assert ask()
            except OutcomeUnknown:
                self.world.allocate()
                if happened():
                    return
            else:
                # The accident waits for another request: it must not hit the next rule's.
                self.world.recover()
                return
        assert ask()


@contextmanager
def histories(make: Callable[[], EsimWorld]) -> Iterator[type[Histories]]:
    """The machine on one provider."""
    yield type("HistoriesOfOne", (Histories,), {"make": staticmethod(make)})


def test_the_fake() -> None:
    with histories(FakeWorld) as machine:
        run(machine, settings=more(30))


@pytest.fixture(scope="module")
def gigs() -> Iterator[Running]:
    with running(Gigs()) as server:
        yield server


def test_gigs(gigs: Running) -> None:
    with histories(lambda: GigsWorld(gigs)) as machine:
        run(machine, settings=LIMITS)


@pytest.fixture(scope="module")
def esim_access() -> Iterator[Running]:
    with running(EsimAccess(rate_clock=lambda: 0.0)) as server:
        yield server


def test_esim_access(esim_access: Running) -> None:
    with histories(lambda: EsimAccessWorld(esim_access)) as machine:
        run(machine, settings=LIMITS)


def more(number: int) -> settings:
    """The same limits with more examples."""
    return settings(LIMITS, max_examples=number)
