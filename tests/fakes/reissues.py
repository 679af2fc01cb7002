"""What a reissue touches, in memory: a provider that sells another line, notes and Orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from portal.domain.esim import (
    Capabilities,
    ChangeState,
    Line,
    LineState,
    Reissue,
    ReissueMode,
    Trace,
)
from portal.domain.upstream import Refused

from tests.fakes.faults import Faults
from tests.fakes.provisioning import FakeEsim

OLD_ICCID = "8981000000000000001"


@dataclass
class SameLine(FakeEsim):
    """Keeps the line; a reissue is pending until `looks` looks have been had. It may refuse."""

    looks_needed: int = 1
    refuses: bool = False
    ends_it: bool = False
    seen: dict[str, int] = field(default_factory=dict)

    def reissue(
        self, *, ref: str, line_id: str, plan: str, subscriber_id: str, eid: str | None = None
    ) -> Reissue:
        return self.faults.call("esim", "reissue", lambda: self._order(ref, line_id), writes=True)

    def find_reissue(self, trace: Trace) -> Reissue | None:
        return self.faults.call("esim", "find reissue", lambda: self._stands(trace.ref))

    def made(self) -> int:
        """How many profiles were made instead of another."""
        return len(self.reissues)

    def _order(self, ref: str, line_id: str) -> Reissue:
        if self.refuses:
            raise Refused("esim", "reissue", "no", code="refused")
        return self._reissue(ref, line_id)

    def _stands(self, ref: str) -> Reissue | None:
        found = self.reissues.get(ref)
        if found is None:
            return None
        self.seen[ref] = self.seen.get(ref, 0) + 1
        if self.ends_it:
            return replace(found, state=ChangeState.FAILED, reason="consentNotGiven")
        done = self.seen[ref] >= self.looks_needed
        return found if done else replace(found, state=ChangeState.PENDING, iccid=None)


@dataclass
class AnotherLine(SameLine):
    """Sells another line, whose number is known once it is allocated."""

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, reissue=ReissueMode.REPLACEMENT_ORDER)

    def _reissue(self, ref: str, line_id: str) -> Reissue:
        self._line(line_id)
        if ref not in self.reissues:
            number = len(self.reissues) + 1
            new, iccid = f"new_{number}", f"8982{number:0>15}"
            self.lines[new] = Line(line_id=new, state=LineState.ACTIVE, iccid=iccid)
            self.reissues[ref] = Reissue(
                reissue_id=f"order:{number}", state=ChangeState.DONE, line_id=new, iccid=iccid
            )
        return Reissue(reissue_id=self.reissues[ref].reissue_id, state=ChangeState.PENDING)


class FakeLineReissues:
    """`LineReissues` over a dict."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.times: dict[tuple[int, str], float] = {}

    def remember(self, service_id: int, operation_id: str, at: float) -> None:
        key = (service_id, operation_id)
        self.faults.call("dynamodb", "remember reissue", lambda: self.times.setdefault(key, at))

    def forget(self, service_id: int, operation_id: str) -> None:
        key = (service_id, operation_id)
        self.faults.call("dynamodb", "forget reissue", lambda: self.times.pop(key, None))

    def since(self, service_id: int, since: float) -> int:
        return sum(at >= since for (line, _), at in self.times.items() if line == service_id)


class FakeServiceNotes:
    """`ServiceNotes`: two calls, as of WHMCS."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.iccids: dict[int, str] = {}
        self.missing = False

    def write_iccid(self, service_id: int, *, client_id: int, iccid: str, before: str) -> bool:
        if self.faults.call("whmcs", "GetClientsProducts", lambda: self.missing):
            return False

        def write() -> None:
            self.iccids[service_id] = iccid

        self.faults.call("whmcs", "UpdateClientProduct", write, writes=True)
        return True


class FakeOrderIccids:
    """`OrderIccids` over a dict."""

    def __init__(self, faults: Faults, orders: Mapping[str, str]) -> None:
        self.faults = faults
        self.orders = dict(orders)

    def write(self, sf_order_id: str, iccids: str) -> bool:
        def write() -> bool:
            if sf_order_id not in self.orders:
                return False
            self.orders[sf_order_id] = iccids
            return True

        return self.faults.call("salesforce", "write ICCIDs", write, writes=True)
