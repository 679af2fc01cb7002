"""Whether pressing the button starts something, and what is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal import correlation
from portal.api.errors import field_errors
from portal.api.signature import SignatureVerifier, SignedRequest
from portal.domain.ids import to_18
from portal.domain.problems import (
    ALREADY_RUNNING,
    IDEMPOTENCY_KEY_REUSED,
    INVALID_REQUEST,
    MALFORMED_REQUEST,
    SIGNATURE_INVALID,
    FieldError,
    Problem,
)
from portal.engine.model import Job
from portal.engine.ports import JobStore, Queue
from portal.engine.start import Started, StartOutcome, StartRequest, request_start
from portal.observability import count, logger
from portal.ports.replays import ReplayGuard
from portal.provisioning.job import KIND
from portal.provisioning.view import job_status
from pydantic import ValidationError

from functions.provision.models import ProvisionRequest

RETRY_AFTER = 30
CALLER = "salesforce"
KEY_ENDS_AFTER = 86_400.0
"""Seconds after the end of an attempt that failed. Salesforce makes the next key from what it was
told; when that did not reach it, a press with the old key still begins the next attempt."""
LONG_ID = 18


@dataclass(frozen=True)
class StartDeps:
    """What the endpoint needs; `clock` gives epoch seconds."""

    verifier: SignatureVerifier
    store: JobStore
    queue: Queue
    replays: ReplayGuard
    clock: Callable[[], float]


def admit(deps: StartDeps, signed: SignedRequest, order_id: str) -> Started:
    """Start, replay, or report success.

    `order_id` has 18 characters. Raises Problem for everything else.
    """
    wanted = StartRequest(
        kind=KIND,
        subject=order_id,
        key=signed.idempotency_key,
        scope=CALLER,
        payload_hash=signed.body_hash,
        input=_input(signed.body),
        correlation_id=correlation.current(),
        key_ends_after=KEY_ENDS_AFTER,
    )
    # A request that was turned away must not be sent again by somebody else once the way is
    # free; one that started something is recognised by its key.
    if deps.replays.refused_before(signed.fingerprint):
        count("SignatureFailures")
        logger().warning("signature refused", extra={"reason": "replay"})
        raise Problem(SIGNATURE_INVALID, "This very request was answered before; sign a new one.")
    started = request_start(deps.store, deps.queue, wanted, now=deps.clock())
    if started.outcome is StartOutcome.KEY_REUSED:
        raise Problem(
            IDEMPOTENCY_KEY_REUSED, "Use a new Idempotency-Key for another order or body."
        )
    if started.outcome is StartOutcome.ALREADY_RUNNING and started.job is not None:
        deps.replays.refuse(signed.fingerprint)
        raise _running(order_id, started.job)
    return started


def full_id(order_id: str) -> str:
    """The 18-character id.

    Raises Problem when the check characters of a long one do not fit: its case was lost.
    """
    long = to_18(order_id)
    if len(order_id) == LONG_ID and order_id != long:
        raise Problem(
            INVALID_REQUEST,
            "The id's last three characters do not fit the others.",
            errors=(FieldError("not an id of Salesforce", parameter="sfOrderId"),),
        )
    return long


def _input(body: bytes) -> dict[str, str]:
    """What is kept of the body. Raises Problem."""
    if not body.strip():
        return {}
    try:
        request = ProvisionRequest.model_validate_json(body)
    except ValidationError as error:
        found = error.errors()
        if any(entry["type"] == "json_invalid" for entry in found):
            raise Problem(MALFORMED_REQUEST, "The body is not valid JSON.") from None
        raise Problem(
            INVALID_REQUEST,
            "Correct the values named in errors and sign the request again.",
            errors=field_errors([{**entry, "loc": ("body", *entry["loc"])} for entry in found]),
        ) from None
    return {"requestedBy": request.requested_by} if request.requested_by else {}


def _running(order_id: str, job: Job) -> Problem:
    return Problem(
        ALREADY_RUNNING,
        f"Attempt {job.attempt} is {job_status(job).replace('_', ' ')}; wait until it is over.",
        retry_after=RETRY_AFTER,
        extensions={
            "sfOrderId": order_id,
            "state": job_status(job),
            "attempt": job.attempt,
            "step": job.current_step or None,
        },
    )
