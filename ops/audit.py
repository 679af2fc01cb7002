"""`ops audit`: the nightly audit, now, from this machine; or what the last one found."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.audit.memory import MemorySpool
from portal.audit.run import Audit
from portal.domain.audit import AuditFinding, FindingKind, Source
from portal.ports.audit import AuditState, RecordSource, Spool
from rich.console import Console

from ops.errors import OpsError

# Findings about what has a date; the subject of all but one is an Order.
DATED = frozenset(
    {
        FindingKind.SERVICE_MISSING,
        FindingKind.BILLING_ORDER_MISSING,
        FindingKind.ORDERS_DUPLICATE,
        FindingKind.JOB_DISAGREES,
        FindingKind.CANCELLATION_UNWRITTEN,
        FindingKind.SERVICE_UNKNOWN,
    }
)


@dataclass(frozen=True, kw_only=True)
class AuditPorts:
    """For `ops audit`; `clock` gives epoch seconds."""

    sources: dict[Source, RecordSource]
    spool: Spool
    clock: Callable[[], float]
    most_calls: int


def run(ports: AuditPorts, since: datetime | None) -> tuple[AuditState, Sequence[AuditFinding]]:
    """A whole run. Raises the errors of the systems."""
    spool = MemorySpool()
    audit = Audit(ports.sources, spool, clock=ports.clock, most_calls=ports.most_calls)
    outcome = audit.carry_on(audit.begin(), go_on=lambda: True)
    if since is None:
        return outcome.state, outcome.findings
    recent = _recent(spool, outcome.state, since)
    return outcome.state, [
        f for f in outcome.findings if f.kind not in DATED or f.subject in recent
    ]


def last(ports: AuditPorts) -> tuple[AuditState, Sequence[AuditFinding]]:
    """What the last nightly run found. Raises OpsError before the first has ended."""
    state = ports.spool.state()
    if state is None:
        raise OpsError("No audit has run in this stage yet: it begins at AUDIT_HOUR.")
    if state.finished_at is None:
        raise OpsError(f"Run {state.run_id} is under way: try again in some minutes.")
    return state, ports.spool.found(state.run_id)


def show(state: AuditState, findings: Sequence[AuditFinding], console: Console) -> None:
    """Findings with their remedies, and what the run cost."""
    for finding in findings:
        console.print(f"✗ {finding.id} — {finding.detail}", style="red", soft_wrap=True)
        for name, value in finding.ids.items():
            console.print(f"    {name} {value}", soft_wrap=True)
        console.print(f"    mend: {finding.remedy}", soft_wrap=True)
    calls = ", ".join(f"{count} of {system}" for system, count in sorted(state.calls.items()))
    console.print(f"{state.findings} findings; calls: {calls}.", soft_wrap=True)


def as_json(state: AuditState, findings: Sequence[AuditFinding]) -> str:
    """The same for programs."""
    return json.dumps(
        {
            "run": state.run_id,
            "startedAt": state.started_at,
            "finishedAt": state.finished_at,
            "calls": dict(state.calls),
            "findings": [_object(finding) for finding in findings],
        },
        indent=2,
    )


def _object(finding: AuditFinding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "kind": finding.kind.value,
        "subject": finding.subject,
        "detail": finding.detail,
        "ids": finding.ids,
        "remedy": finding.remedy,
    }


def _recent(spool: Spool, state: AuditState, since: datetime) -> set[str]:
    """Orders that were changed since, and services that were registered since."""
    orders = spool.records(state.run_id, Source.ORDERS, state.pages.get(Source.ORDERS, 0))
    services = spool.records(state.run_id, Source.SERVICES, state.pages.get(Source.SERVICES, 0))
    day = since.date().isoformat()
    return {order.id for order in orders if order.changed_at >= since.timestamp()} | {
        str(service.id) for service in services if service.registered >= day
    }
