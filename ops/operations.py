"""Shows, cancels and restarts an operation of a customer."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal import correlation
from portal.engine.model import Job
from portal.engine.start import Cancellation, StartOutcome, StartRequest, cancel, request_start
from portal.engine.states import Status
from portal.operations.job import ASKED, CANCELLED_TEXT, operation_job_id
from portal.ports.invoicing import BilledInvoice

from ops.errors import KNOWN, OpsError, explain
from ops.ports import JobPorts, OperationPorts

SENTENCES = {
    Cancellation.CANCELLED: "Cancelled; the worker undoes what was begun next.",
    Cancellation.REQUESTED: (
        "Requested: the worker stops at its next checkpoint; look with `ops operation show`."
    ),
    Cancellation.TOO_LATE: (
        "Too late: something that cannot be undone has begun, or the operation is ending already."
    ),
    Cancellation.OVER: "Nothing to cancel: the operation is over; look with `ops operation show`.",
    Cancellation.UNKNOWN: "Nothing to cancel: there is no such operation.",
}
DONE = frozenset({Cancellation.CANCELLED, Cancellation.REQUESTED})
RESTARTABLE = (Status.FAILED, Status.CANCELLED)


@dataclass(frozen=True, kw_only=True)
class ShownOperation:
    """A job, its history and its invoice. `unreadable` says why WHMCS could not be read."""

    stage: str
    job: Job
    history: Sequence[Mapping[str, Any]]
    invoice: BilledInvoice | None
    unreadable: str = ""


def job_id_of(operation: str) -> str:
    """Return the id of an operation's job. Raises OpsError for any other text."""
    try:
        return operation_job_id(operation)
    except ValueError:
        raise OpsError(
            f"{operation!r} is no operation's id: copy it from the API's answer or the logs, such "
            "as topup-0123456789abcdef0123456789abcdef."
        ) from None


def must_exist(ports: JobPorts, operation: str) -> Job:
    """Return the job of an operation. Raises OpsError when there is none."""
    job = ports.jobs.get(job_id_of(operation))
    if job is None:
        raise OpsError(f"Operation {operation} is unknown in this stage: check the id and --stage.")
    return job


def look_up(ports: OperationPorts, operation: str) -> ShownOperation:
    """Return all that is known about an operation. Raises OpsError when there is none."""
    job_ports = ports.jobs
    job = must_exist(job_ports, operation)
    history = list(job_ports.jobs.history(job.id))
    number = invoice_of(job)
    try:
        invoice = ports.invoicing.read(number) if number is not None else None
    except KNOWN as error:
        return ShownOperation(
            stage=ports.stage, job=job, history=history, invoice=None, unreadable=explain(error)
        )
    return ShownOperation(stage=ports.stage, job=job, history=history, invoice=invoice)


def invoice_of(job: Job) -> int | None:
    """Return the recorded WHMCS invoice of an operation; None without one."""
    step = job.steps.get("invoice")
    number = step.data.get("invoiceId") if step is not None else None
    return int(number) if number is not None else None


def commands(job: Job) -> Sequence[str]:
    """Return the commands that can change how an operation goes on or ends now."""
    if job.status in RESTARTABLE:
        return (f"ops operation redrive {job.subject}",)
    ending = job.status.over or job.status is Status.STOPPING
    if ending or job.irreversible or job.cancel_requested:
        return ()
    return (f"ops operation cancel {job.subject}",)


def call_off(ports: JobPorts, operation: str) -> Cancellation:
    """Cancel an operation unless an irreversible step has begun. Raises Unavailable."""
    job_id = job_id_of(operation)
    return cancel(ports.jobs, ports.queue, job_id, text=CANCELLED_TEXT, now=ports.clock())


def start_again(ports: JobPorts, operation: str) -> tuple[int, str]:
    """Begin the next attempt of a failed operation. Returns its number and correlation id.

    Raises OpsError when no attempt may begin, and Unavailable when none has begun.
    """
    job = must_exist(ports, operation)
    if job.status not in RESTARTABLE:
        raise OpsError(f"Nothing was started: the operation is {job.status}, not failed.")
    with correlation.bound(uuid.uuid4().hex) as correlation_id:
        started = request_start(
            ports.jobs,
            ports.queue,
            StartRequest(
                kind=job.kind,
                subject=job.subject,
                key=str(uuid.uuid4()),
                scope="ops",
                payload_hash=str(job.input[ASKED]),
                input={name: str(value) for name, value in job.input.items()},
                correlation_id=correlation_id,
            ),
            now=ports.clock(),
        )
    if started.outcome is StartOutcome.BUSY and started.job is not None:
        raise OpsError(
            f"Nothing was started: {started.job.subject} works on the same line; wait for its end."
        )
    if started.outcome is not StartOutcome.ACCEPTED:
        raise OpsError(f"Nothing was started: the operation is {started.outcome.value} meanwhile.")
    return started.attempt, correlation_id
