"""Prints an operation on the terminal, without personal data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from portal.domain.operation_errors import REISSUE, TOPUP
from portal.engine.model import Job, StepRecord
from portal.operations.job import owner_of, service_of
from rich.console import Console

from ops.operations import ShownOperation, commands, invoice_of
from ops.report import NONE, facts, history, moment, table

REASONS = {"topup": TOPUP, "reissue": REISSUE}
"""Error codes by the kind of operation."""


def render(shown: ShownOperation, console: Console) -> None:
    """Print all that is known about an operation."""
    job = shown.job
    console.print(f"Operation {job.subject} · stage {shown.stage}", style="bold")
    _job(job, console)
    history(shown.history, console)
    _invoice(shown, console)
    console.print("\nCloudWatch Logs Insights", style="bold")
    console.print(logs_query(shown), soft_wrap=True)


def logs_query(shown: ShownOperation) -> str:
    """Return the CloudWatch Logs query for all Lambdas of the stage."""
    wanted = [f'job_id = "{shown.job.id}"']
    if shown.job.correlation_id:
        wanted.insert(0, f'correlation_id = "{shown.job.correlation_id}"')
    return (
        f"# log groups: /aws/lambda/portal-{shown.stage}-*\n"
        "fields @timestamp, service, message, upstream, operation, kind, code\n"
        f"| filter {' or '.join(wanted)}\n"
        "| sort @timestamp"
    )


def facts_of(job: Job) -> Mapping[str, object]:
    """Return what is known about an operation, by name. Values that do not apply are empty."""
    error = job.last_error
    return {
        "user": owner_of(job),
        "WHMCS client": job.input.get("clientId"),
        "WHMCS service": service_of(job),
        "asked for": " ".join(
            str(job.input[name]) for name in ("offer", "amount", "currency") if name in job.input
        ),
        "status": f"{job.status}{' (cancellation requested)' if job.cancel_requested else ''}",
        "attempt": f"{job.attempt}, {job.retries} retries",
        "requested": moment(job.requested_at),
        "last write": moment(job.updated_at),
        "next run": moment(job.next_at or None) if not job.status.over else "",
        "leased until": moment(job.lease.until) if job.lease.until else "",
        "finished": moment(job.finished_at),
        "irreversible": "yes" if job.irreversible else "no",
        "last error": f"{error.code} in {error.step or NONE}" if error else "",
        "what to do": remedy(job),
        "can be done": ", ".join(commands(job)),
        "full reason": f"member `error` of the item {job.id} in the workflow table"
        if error
        else "",
        "correlation id": job.correlation_id,
    }


def remedy(job: Job) -> str:
    """Return what an operator does about the last error; empty without one."""
    code = job.last_error.code if job.last_error else ""
    reason = REASONS.get(job.kind, {}).get(code)
    return reason.action if reason is not None else ""


def steps_of(job: Job) -> Sequence[tuple[str, StepRecord]]:
    """Return the steps that were begun, in that order."""
    return sorted(job.steps.items(), key=lambda item: item[1].started_at)


def _job(job: Job, console: Console) -> None:
    facts(console, facts_of(job))
    rows = table("step", "state", "attempt", "started", "done")
    for name, record in steps_of(job):
        started, done = moment(record.started_at), moment(record.done_at) or NONE
        rows.add_row(name, str(record.state), str(record.attempt), started, done)
    if job.steps:
        console.print(rows)


def _invoice(shown: ShownOperation, console: Console) -> None:
    number = invoice_of(shown.job)
    if number is None:
        return
    console.print("\nWHMCS", style="bold")
    if shown.unreadable:
        console.print(f"could not be read: {shown.unreadable}", style="red", soft_wrap=True)
    elif shown.invoice is None:
        console.print(f"  invoice {number} is recorded, but WHMCS has none", style="red")
    else:
        refund = shown.job.steps["invoice"].data.get("refund") or {}
        facts(
            console,
            {
                "invoice": number,
                "status": shown.invoice.status.value,
                "received": f"{shown.invoice.received:f}",
                "credited": refund.get("amount") if refund.get("credited") else "",
            },
        )
