"""Cancels a provisioning job, or starts its next attempt."""

from __future__ import annotations

import hashlib
import re
import uuid

from portal import correlation
from portal.domain.ids import SALESFORCE_ORDER_ID, to_18
from portal.engine.start import (
    Cancellation,
    StartOutcome,
    StartRequest,
    cancel,
    request_start,
)
from portal.engine.states import Status
from portal.provisioning.job import CANCELLED_TEXT, KIND, order_job_id

from ops.errors import OpsError
from ops.ports import JobPorts

SENTENCES = {
    Cancellation.CANCELLED: "Cancelled before anything was ordered; Salesforce is told next.",
    Cancellation.REQUESTED: (
        "Requested: the worker stops at its next checkpoint; look with `ops order show`."
    ),
    Cancellation.TOO_LATE: (
        "Too late: ordering has begun. Let it finish, then cancel the order in WHMCS."
    ),
    Cancellation.OVER: "Nothing to cancel: provisioning is over; look with `ops order show`.",
    Cancellation.UNKNOWN: "Nothing to cancel: provisioning of this order was never started.",
}
DONE = frozenset({Cancellation.CANCELLED, Cancellation.REQUESTED})


def full_order_id(text: str) -> str:
    """Return the 18-character id of an Order. Raises OpsError for anything else."""
    if re.fullmatch(SALESFORCE_ORDER_ID, text) is None or (
        len(text) == 18 and to_18(text) != text  # noqa: PLR2004  # the long form
    ):
        raise OpsError(
            f"{text!r} is no Order id: copy the 15 or 18 characters beginning with 801 "
            "from Salesforce."
        )
    return to_18(text)


def call_off(ports: JobPorts, order_id: str) -> Cancellation:
    """Cancel the job of an Order (18 characters). Raises Unavailable."""
    job_id = order_job_id(order_id)
    return cancel(ports.jobs, ports.queue, job_id, text=CANCELLED_TEXT, now=ports.clock())


def must_exist(ports: JobPorts, order_id: str) -> Status:
    """Return the status of an Order's job. Raises OpsError when there is none."""
    job = ports.jobs.get(order_job_id(order_id))
    if job is None:
        raise OpsError(
            f"Order {order_id} is unknown here: its provisioning was never started. Check the id "
            "and --stage."
        )
    return job.status


def start_again(ports: JobPorts, order_id: str) -> tuple[int, str]:
    """Begin the next attempt of a failed job, as the button does.

    Returns the number and the correlation id of the attempt. Raises OpsError when there is nothing
    to begin, and Unavailable when nothing has begun.
    """
    status = must_exist(ports, order_id)
    if status not in (Status.FAILED, Status.CANCELLED):
        raise OpsError(f"Nothing was started: the job is {status}, not failed.")
    with correlation.bound(uuid.uuid4().hex) as correlation_id:
        wanted = StartRequest(
            kind=KIND,
            subject=order_id,
            key=str(uuid.uuid4()),
            scope="ops",
            payload_hash=hashlib.sha256(b"").hexdigest(),
            input={},
            correlation_id=correlation_id,
        )
        started = request_start(ports.jobs, ports.queue, wanted, now=ports.clock())
    if started.outcome is StartOutcome.CLOSED:
        raise OpsError(
            "Nothing was started: the customer cancelled the order. The customer can order again."
        )
    if started.outcome is not StartOutcome.ACCEPTED:
        raise OpsError(f"Nothing was started: the job is {started.outcome.value} meanwhile.")
    return started.attempt, correlation_id
