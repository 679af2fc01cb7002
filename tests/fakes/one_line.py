"""Two providers whose lines are topped up and reissued, with answers that may come late."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from portal.domain.esim import (
    Capabilities,
    ChangeState,
    Line,
    LineState,
    Reissue,
    ReissueMode,
    TopUp,
    Trace,
)
from portal.domain.upstream import Refused

from tests.fakes.topups import SKEW, FakeTopUps


@dataclass
class Ordered:
    """One reissue in the provider's books."""

    reissue_id: str
    ref: str
    line_id: str
    at: float
    new_line_id: str
    iccid: str
    state: ChangeState = ChangeState.PENDING


@dataclass
class OneLineProvider(FakeTopUps):
    """Shape `listing` keeps the line and lists its changes, as Gigs does. Shape `total` sells
    another line under the caller's reference, as eSIM Access does.
    """

    slow_reissues: bool = False
    ordered_reissues: list[Ordered] = field(default_factory=list)

    @property
    def capabilities(self) -> Capabilities:
        listing = self.shape == "listing"
        mode = ReissueMode.SAME_LINE if listing else ReissueMode.REPLACEMENT_ORDER
        return replace(super().capabilities, reissue=mode)

    @property
    def reissued(self) -> list[Ordered]:
        """The reissues that took effect."""
        return [one for one in self.ordered_reissues if one.state is ChangeState.DONE]

    @property
    def living(self) -> list[Line]:
        """The lines that cost money."""
        return [line for line in self.lines.values() if line.state is LineState.ACTIVE]

    def decide_reissues(self, state: ChangeState) -> None:
        """What is pending is decided."""
        for one in self.ordered_reissues:
            if one.state is ChangeState.PENDING:
                one.state = state
                if state is ChangeState.DONE:
                    self.lines[one.new_line_id] = Line(
                        line_id=one.new_line_id, state=LineState.ACTIVE, iccid=one.iccid
                    )

    def find_reissue(self, trace: Trace) -> Reissue | None:
        return self.faults.call("esim", "find reissue", lambda: self._find_reissue(trace))

    def _find_reissue(self, trace: Trace) -> Reissue | None:
        for one in reversed(self.ordered_reissues):
            if trace.change_id is not None:
                fits = one.reissue_id == trace.change_id
            elif self.shape == "total":
                fits = one.ref == trace.ref
            else:
                recent = one.at >= (trace.since - SKEW).timestamp()
                others = one.reissue_id in trace.earlier
                fits = one.line_id == trace.line_id and recent and not others
            if fits:
                return _shown(one)
        return None

    def _reissue(self, ref: str, line_id: str) -> Reissue:
        listing = self.shape == "listing"
        if self.refuses or (listing and self._line(line_id).state is LineState.ENDED):
            raise Refused("esim", "reissue", "no", code="refused")
        known = [one for one in self.ordered_reissues if one.ref == ref]
        if not known:
            number = len(self.ordered_reissues) + 1
            one = Ordered(
                reissue_id=f"sch_{number}" if listing else f"order:{number}",
                ref=ref,
                line_id=line_id,
                at=self.clock.now,
                new_line_id=line_id if listing else f"new_{number}",
                iccid=f"8982{number:0>15}",
            )
            self.ordered_reissues.append(one)
            if not self.slow_reissues:
                self.decide_reissues(ChangeState.DONE)
            known = [one]
        return Reissue(reissue_id=known[0].reissue_id, state=ChangeState.PENDING)

    def _top_up(self, ref: str, line_id: str, offer_id: str) -> TopUp:
        if self._line(line_id).state is LineState.ENDED:
            raise Refused("esim", "top up", "the line has ended")
        return super()._top_up(ref, line_id, offer_id)


def _shown(one: Ordered) -> Reissue:
    if one.state is not ChangeState.DONE:
        return Reissue(reissue_id=one.reissue_id, state=one.state, reason="consentNotGiven")
    return Reissue(
        reissue_id=one.reissue_id, state=one.state, line_id=one.new_line_id, iccid=one.iccid
    )
