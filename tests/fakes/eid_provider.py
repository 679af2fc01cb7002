"""A provider unlike Gigs and eSIM Access, with its adapter, to check the port against.

It takes the EID as input, names a line by its phone number, returns no activation code, keeps no
reference of ours and carries every request out again. What it shows is a line by its number, and
the lines of an EID. It sells no top-ups.
"""

from __future__ import annotations

import base64
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from portal.domain.activation_code import ActivationCode
from portal.domain.esim import (
    Capabilities,
    ChangeState,
    Line,
    LineState,
    Offer,
    Overview,
    ProfileState,
    Reissue,
    ReissueMode,
    Subscriber,
    TopUp,
    TopUpTrace,
    Trace,
    Usage,
)
from portal.domain.upstream import Refused, Unavailable

from tests.fakes.faults import Faults

PLANS = {"50G": 10 * 10**9}


@dataclass
class VendorLine:
    """A line in the vendor's books."""

    number: str
    eid: str
    plan: str
    iccid: str
    created: datetime
    ready: bool
    ended: bool = False
    installed: bool = False
    used: int = 0


@dataclass
class EidVendor:
    """The vendor: lines by phone number. Every request makes something."""

    slow: bool = False
    lines: dict[str, VendorLine] = field(default_factory=dict)
    serial: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def add(self, eid: str, plan: str) -> VendorLine:
        serial = next(self.serial)
        line = VendorLine(
            number=f"8170{serial:08d}",
            eid=eid,
            plan=plan,
            iccid=f"8981{serial:0>15}",
            created=datetime.now(UTC),
            ready=not self.slow,
        )
        self.lines[line.number] = line
        return line

    def reissue(self, number: str, eid: str) -> None:
        line = self.lines[number]
        line.eid, line.iccid = eid, f"8981{next(self.serial):0>15}"
        line.ready = not self.slow


class EidProvider:
    """The adapter; `number` opens a handle."""

    def __init__(self, vendor: EidVendor, faults: Faults) -> None:
        self._vendor = vendor
        self._faults = faults
        # In an adapter that ships, the key comes from the provider's secret.
        self._cipher = AESSIV(bytes(range(32)))

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            provider="eid",
            reissue=ReissueMode.SAME_LINE,
            top_up=False,
            asynchronous=True,
            idempotency="none",
            idempotency_ttl=None,
            top_up_idempotency="none",
            max_ref_length=255,
            needs_subscriber=False,
            needs_eid=True,
            activation_codes=False,
            batch_size=1,
        )

    def number(self, line_id: str) -> str:
        try:
            return self._cipher.decrypt(base64.urlsafe_b64decode(line_id), None).decode()
        except (ValueError, InvalidTag):
            raise Refused("esim", "line", "no such line") from None

    def subscribe(self, subscriber: Subscriber) -> str:
        return subscriber.user_id

    def activate(self, *, ref: str, plan: str, subscriber_id: str, eid: str | None = None) -> Line:
        if eid is None or plan not in PLANS:
            raise Refused("esim", "activate", "no such plan, or no EID")
        made = self._faults.call(
            "esim", "activate", lambda: self._vendor.add(eid, plan), writes=True
        )
        return self._line(made, ref)

    def find(
        self,
        *,
        subscriber_id: str,
        refs: Sequence[str],
        since: datetime | None = None,
        known: Mapping[str, str] | None = None,
        eids: Mapping[str, str] | None = None,
    ) -> Mapping[str, Line]:
        wanted = {ref: (eids or {})[ref] for ref in refs if ref in (eids or {})}
        lines = self._faults.call("esim", "find", lambda: list(self._vendor.lines.values()))
        return {
            ref: self._line(line, ref)
            for ref, eid in wanted.items()
            for line in lines
            if line.eid == eid and (since is None or line.created >= since)
        }

    def get_line(self, line_id: str) -> Line:
        return self._line(self._look(line_id))

    def activation_code(self, line_id: str, *, line: Line | None = None) -> ActivationCode:
        raise Refused("esim", "activation code", "this provider has none")

    def reissue(
        self, *, ref: str, line_id: str, plan: str, subscriber_id: str, eid: str | None = None
    ) -> Reissue:
        number = self.number(line_id)
        if eid is None or self._vendor.lines[number].ended:
            raise Refused("esim", "reissue", "the line has ended, or there is no EID")
        self._faults.call("esim", "reissue", lambda: self._vendor.reissue(number, eid), writes=True)
        return Reissue(reissue_id=ref, state=ChangeState.PENDING, line_id=line_id)

    def find_reissue(self, trace: Trace) -> Reissue | None:
        line = self.get_line(trace.line_id)
        if trace.iccid_before is None or line.iccid == trace.iccid_before:
            return None
        state = ChangeState.DONE if line.state is LineState.ACTIVE else ChangeState.PENDING
        return Reissue(reissue_id=trace.ref, state=state, line_id=trace.line_id, iccid=line.iccid)

    def end_line(
        self,
        line_id: str,
        *,
        installed: bool = False,  # ended in the same way
    ) -> None:
        line = self._look(line_id)

        def end() -> None:
            line.ended = True

        if not line.ready:
            raise Unavailable("esim", "end line", "the line is pending")
        self._faults.call("esim", "end line", end, writes=True)

    def offers(self, plan: str) -> Sequence[Offer]:
        return []

    def top_up(self, *, ref: str, line_id: str, offer_id: str) -> TopUp:
        raise Refused("esim", "top up", "this provider has none")

    def find_top_up(self, trace: TopUpTrace) -> TopUp | None:
        return None

    def usage(self, line_ids: Sequence[str]) -> Mapping[str, Usage]:
        self.capabilities.check_batch(line_ids)
        lines = {line_id: self._look(line_id) for line_id in line_ids}
        return {
            line_id: Usage(used=line.used, limit=PLANS[line.plan])
            for line_id, line in lines.items()
        }

    def overview(self, line_ids: Sequence[str], *, subscriber_id: str) -> Mapping[str, Overview]:
        numbers = {self.number(line_id): line_id for line_id in line_ids}
        lines = self._faults.call("esim", "overview", lambda: list(self._vendor.lines.values()))
        return {
            numbers[line.number]: Overview(state=self._line(line).state)
            for line in lines
            if line.number in numbers
        }

    def profile_state(self, line: Line) -> ProfileState:
        installed = self._look(line.line_id).installed
        return ProfileState.INSTALLED if installed else ProfileState.UNKNOWN

    def _look(self, line_id: str) -> VendorLine:
        number = self.number(line_id)
        return self._faults.call("esim", "get line", lambda: self._vendor.lines[number])

    def _line(self, line: VendorLine, ref: str | None = None) -> Line:
        state = LineState.ACTIVE if line.ready else LineState.PENDING
        sealed = self._cipher.encrypt(line.number.encode(), None)
        return Line(
            line_id=base64.urlsafe_b64encode(sealed).decode(),
            state=LineState.ENDED if line.ended else state,
            ref=ref,
            iccid=line.iccid if line.ready else None,
            msisdn=f"+{line.number}",
            plan=line.plan,
        )
