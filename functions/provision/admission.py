"""Decides whether a request of the operator's button starts an attempt."""

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
    ORDER_CANCELLED,
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
"""Seconds after the end of a failed attempt until its key begins the next attempt.

Salesforce makes the next key from the reported end. When the report did not reach it, a press with
the old key must still begin the next attempt.
"""
LONG_ID = 18


@dataclass(frozen=True)
class StartDeps:
    """The dependencies of the endpoint. `clock` returns epoch seconds."""

    verifier: SignatureVerifier
    store: JobStore
    queue: Queue
    replays: ReplayGuard
    clock: Callable[[], float]


def admit(deps: StartDeps, signed: SignedRequest, order_id: str) -> Started:
    """Start an attempt, replay the answer of an earlier request, or report an earlier success.

    `order_id` has 18 characters. Raises Problem in all other cases.
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
    # Nobody else may send a copy of a refused request when the order can be started again. A
    # request that started an attempt is recognised by its key.
    if deps.replays.refused_before(signed.fingerprint):
        count("SignatureFailures")
        logger().warning("signature refused", extra={"reason": "replay"})
        raise Problem(SIGNATURE_INVALID, "This very request was answered before; sign a new one.")
    started = request_start(deps.store, deps.queue, wanted, now=deps.clock())
    if started.outcome is StartOutcome.KEY_REUSED:
        raise Problem(
            IDEMPOTENCY_KEY_REUSED, "Use a new Idempotency-Key for another order or body."
        )
    if started.outcome is StartOutcome.CLOSED:
        deps.replays.refuse(signed.fingerprint)
        raise Problem(
            ORDER_CANCELLED,
            "The customer cancelled this order before provisioning began. Set its Status to "
            "the one of cancelled orders; the customer can order again.",
            extensions={"sfOrderId": order_id},
        )
    if started.outcome is StartOutcome.ALREADY_RUNNING and started.job is not None:
        deps.replays.refuse(signed.fingerprint)
        raise _running(order_id, started.job)
    return started


def full_id(order_id: str) -> str:
    """Return the 18-character id of an order.

    Raises Problem when the check characters of a long id do not fit, because its case was lost.
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
    """Return the part of the body that the job keeps. Raises Problem for an invalid body."""
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
