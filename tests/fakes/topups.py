"""Top-ups at two providers that share no shape, and what a top-up leaves in our own tables."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from portal.domain.cases import CaseJob
from portal.domain.esim import Capabilities, ChangeState, Line, LineState, TopUp, TopUpTrace
from portal.domain.upstream import OutcomeUnknown, Refused
from portal.ports.topups import LineChanges

from tests.fakes.faults import Faults
from tests.fakes.provisioning import ESIM_OFFER, FakeEsim
from tests.fakes.workflow import FakeClock

Shape = Literal["listing", "total"]
LINE_ID = "sub_1"
GIGABYTE = 10**9
SKEW = timedelta(minutes=2)


@dataclass
class Bought:
    """One top-up in the provider's books."""

    number: str
    line_id: str
    ref: str
    at: float
    state: ChangeState


@dataclass
class FakeTopUps(FakeEsim):
    """A provider that lists top-ups and knows references (`listing`), or one that charges every
    request and shows nothing but the line's total (`total`).
    """

    clock: FakeClock = field(default_factory=FakeClock)
    shape: Shape = "listing"
    refuses: bool = False
    slow: bool = False
    foreign_bytes: int = 0
    bought: list[Bought] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lines[LINE_ID] = Line(line_id=LINE_ID, state=LineState.ACTIVE, iccid="8981")

    @property
    def capabilities(self) -> Capabilities:
        return replace(
            super().capabilities,
            top_up_idempotency="native" if self.shape == "listing" else "none",
        )

    @property
    def delivered(self) -> list[Bought]:
        """What is on the line."""
        return [one for one in self.bought if one.state is not ChangeState.FAILED]

    def decide(self, state: ChangeState) -> None:
        """What is pending is decided."""
        for one in self.bought:
            if one.state is ChangeState.PENDING:
                one.state = state

    def get_line(self, line_id: str) -> Line:
        line = super().get_line(line_id)
        total = None if self.shape == "listing" else self._total(line_id)
        return replace(line, data_total=total)

    def find_top_up(self, trace: TopUpTrace) -> TopUp | None:
        return self.faults.call("esim", "find top up", lambda: self._find_top_up(trace))

    def _total(self, line_id: str) -> int:
        bought = sum(one.line_id == line_id for one in self.bought)
        return bought * (ESIM_OFFER.data_bytes or 0) + self.foreign_bytes

    def _find_top_up(self, trace: TopUpTrace) -> TopUp | None:
        if self.shape == "total":
            if trace.change_id is not None:
                return TopUp(state=ChangeState.DONE, top_up_id=trace.change_id)
            before, added = trace.data_before, trace.data_added
            assert before is not None
            assert added is not None
            total = self._total(trace.line_id)
            if total == before:
                return None
            if total == before + added:
                return TopUp(state=ChangeState.DONE)
            raise OutcomeUnknown("esim", "find top up", "total differs", code="total-differs")
        for one in reversed(self.bought):
            fits = one.number == trace.change_id if trace.change_id else self._recent(one, trace)
            if fits:
                return TopUp(state=one.state, top_up_id=one.number)
        return None

    def _recent(self, one: Bought, trace: TopUpTrace) -> bool:
        since = (trace.since - SKEW).timestamp()
        return one.line_id == trace.line_id and one.at >= since and one.number not in trace.earlier

    def _top_up(self, ref: str, line_id: str, offer_id: str) -> TopUp:
        if self.refuses or offer_id != ESIM_OFFER.offer_id:
            raise Refused("esim", "top up", "no such offer for this line")
        known = [one for one in self.bought if one.ref == ref and self.shape == "listing"]
        if not known:
            state = ChangeState.PENDING if self.slow else ChangeState.DONE
            known = [Bought(f"sad_{len(self.bought) + 1}", line_id, ref, self.clock.now, state)]
            self.bought += known
        number = known[0].number if self.shape == "listing" else None
        return TopUp(state=known[0].state, top_up_id=number)


class FakeLineChanges(LineChanges):
    """`LineChanges` over a dict."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self.changes: dict[tuple[int, str], str] = {}

    def remember(self, service_id: int, change_id: str, operation_id: str) -> None:
        def keep() -> None:
            self.changes[service_id, change_id] = operation_id

        self._faults.call("dynamodb", "remember change", keep)

    def of_others(self, service_id: int, operation_id: str) -> frozenset[str]:
        return self._faults.call(
            "dynamodb",
            "changes",
            lambda: frozenset(
                change
                for (service, change), owner in self.changes.items()
                if service == service_id and owner != operation_id
            ),
        )


class FaultyCaseJobs:
    """`CaseJobs` over a list."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self.jobs: list[CaseJob] = []

    def send(self, *messages: CaseJob, delay_seconds: int = 0) -> None:
        assert delay_seconds == 0
        self._faults.call("sqs", "case", lambda: self.jobs.extend(messages))

    @property
    def by_key(self) -> dict[str, CaseJob]:
        """Salesforce keeps one Case per key."""
        return {job.case_key: job for job in self.jobs}
