"""One run of the audit: page after page, from where the last invocation stopped.

What was read is kept page by page, so that a run of many pages goes on in the next invocation, and
a crash loses one page. Rules are applied when every source has been read to its end.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from portal.audit.rules import judge
from portal.domain.audit import AuditFinding, FindingKind, Snapshot, Source
from portal.observability import logger
from portal.ports.audit import AuditState, RecordPage, RecordSource, Spool

FIELDS = {
    Source.ORDERS: "orders",
    Source.JOBS: "jobs",
    Source.SERVICES: "services",
    Source.BILLING_ORDERS: "billing_orders",
    Source.CLIENTS: "clients",
    Source.INVOICES: "invoices",
    Source.LINES: "lines",
    Source.MAPPINGS: "mappings",
    Source.PRODUCTS: "products",
}


@dataclass(frozen=True)
class AuditOutcome:
    """How a run stands; findings are there when it is finished."""

    state: AuditState
    findings: tuple[AuditFinding, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether every source was read and judged."""
        return self.state.finished_at is not None


class Audit:
    """Reads, keeps and judges. `most_calls` is the budget of a run for each system.

    `clock` gives epoch seconds.
    """

    def __init__(
        self,
        sources: Mapping[Source, RecordSource],
        spool: Spool,
        *,
        clock: Callable[[], float],
        most_calls: int,
    ) -> None:
        self._sources = sources
        self._spool = spool
        self._clock = clock
        self._most_calls = most_calls

    def begin(self) -> AuditState:
        """A new run."""
        last = self._spool.state()
        state = AuditState(
            run_id=uuid.uuid4().hex,
            started_at=self._clock(),
            nothing_since=None if last is None else last.newest,
        )
        self._spool.save(state)
        return state

    def carry_on(self, state: AuditState, *, go_on: Callable[[], bool]) -> AuditOutcome:
        """Read on while `go_on`; judge at the end. Raises the errors of the sources.

        Every page is kept before the next is asked for: what is raised loses nothing.
        """
        for source in Source:
            while source not in state.cursors or state.cursors[source] is not None:
                if self._spent(state):
                    return self._finish(state, complete=False)
                if not go_on():
                    return AuditOutcome(state)
                state = self._read(state, source)
        return self._finish(state, complete=True)

    def _read(self, state: AuditState, source: Source) -> AuditState:
        number = state.pages.get(source, 0)
        page: RecordPage = self._sources[source].page(state.cursors.get(source))
        self._spool.keep(state.run_id, source, number, page.records)
        calls = Counter(state.calls)
        calls.update(page.calls)
        state = replace(
            state,
            cursors={**state.cursors, source: page.cursor},
            pages={**state.pages, source: number + 1},
            calls=dict(calls),
        )
        self._spool.save(state)
        return state

    def _spent(self, state: AuditState) -> bool:
        return any(calls >= self._most_calls for calls in state.calls.values())

    def _finish(self, state: AuditState, *, complete: bool) -> AuditOutcome:
        findings: list[AuditFinding] = []
        if complete:
            findings = judge(self._snapshot(state), began_at=state.started_at)
        else:
            # Half of the records would make findings of what was only not read.
            spent = ", ".join(f"{calls} calls of {name}" for name, calls in state.calls.items())
            findings.append(
                AuditFinding(
                    kind=FindingKind.AUDIT_INCOMPLETE,
                    subject=state.run_id,
                    detail=f"the budget of {self._most_calls} calls is spent: {spent}",
                )
            )
        state = replace(state, finished_at=self._clock(), findings=len(findings))
        self._spool.report(state.run_id, findings)
        self._spool.save(state)
        for finding in findings:
            logger().warning(
                "audit finding",
                extra={"finding": finding.id, "reason": finding.detail, "ids": finding.ids},
            )
        return AuditOutcome(state, tuple(findings))

    def _snapshot(self, state: AuditState) -> Snapshot:
        records: dict[str, Any] = {}
        for source, name in FIELDS.items():
            # A record that moved between two pages is there twice.
            found = self._spool.records(state.run_id, source, state.pages.get(source, 0))
            records[name] = tuple({_identity(record): record for record in found}.values())
        return Snapshot(**records)


def _identity(record: Any) -> object:
    for name in ("id", "subject", "user_id", "sku"):
        if (value := getattr(record, name, None)) is not None:
            return getattr(record, "kind", ""), value
    return record
