"""`MessageLog` in memory; a contract test holds it to DynamoDB's."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from portal.domain.lease import Lease, LeaseLost
from portal.ports.message_log import Claim, Finding, NotClaimed, Progress


@dataclass
class _Record:
    lease: Lease
    progress: Progress
    state: str = "claimed"
    not_before: float = 0.0
    outcome: str = ""


class FakeMessageLog:
    """Records by key."""

    def __init__(self) -> None:
        self.records: dict[str, _Record] = {}
        self._lock = threading.Lock()

    def claim(self, key: str, lease: Lease, *, now: float, sent_at: float) -> Claim | NotClaimed:
        with self._lock:
            record = self.records.get(key)
            if record is None:
                record = self.records[key] = _Record(lease, Progress(sent_at=sent_at, runs=0))
            elif record.state == "done":
                return NotClaimed(Finding.DONE)
            elif record.lease.held(now):
                return NotClaimed(Finding.BUSY, float(record.lease.until))
            elif record.state == "sending":
                return NotClaimed(Finding.IN_DOUBT)
            elif record.state == "waiting" and record.not_before > now:
                return NotClaimed(Finding.NOT_YET, record.not_before)
            was = record.progress
            record.lease, record.state = lease, "claimed"
            record.progress = Progress(was.sent_at, was.runs + 1, was.waits, was.waiting_since)
            return Claim(key, lease, record.progress)

    def sending(self, claim: Claim) -> None:
        self._mine(claim).state = "sending"

    def done(self, claim: Claim, outcome: str, reference: str = "") -> None:
        record = self._mine(claim)
        record.state, record.outcome = "done", outcome
        record.lease = Lease(record.lease.owner, 0)

    def wait(self, claim: Claim, progress: Progress, *, until: float, code: str) -> None:
        record = self._mine(claim)
        record.state, record.progress, record.not_before = "waiting", progress, until
        record.lease = Lease(record.lease.owner, 0)

    def forget(self, claim: Claim) -> None:
        if claim.key in self.records:
            self._mine(claim)
            del self.records[claim.key]

    def _mine(self, claim: Claim) -> _Record:
        record = self.records.get(claim.key)
        if record is None or record.lease.owner != claim.lease.owner:
            raise LeaseLost
        return record
