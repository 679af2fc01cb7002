"""POST /orders/{sfOrderId}/provision, which the button in Salesforce calls. It records a job."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Request, Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path
from portal.api.app import App
from portal.api.declarations import SIGNED, Declared
from portal.domain.ids import SALESFORCE_ORDER_ID
from portal.domain.problems import (
    ALREADY_RUNNING,
    IDEMPOTENCY_KEY_MISSING,
    IDEMPOTENCY_KEY_REUSED,
    NOT_FOUND,
    ORDER_CANCELLED,
    SIGNATURE_INVALID,
)
from portal.engine.start import Started, StartOutcome

from functions.provision.admission import StartDeps, admit, full_id
from functions.provision.deps import build_start
from functions.provision.models import ProvisionAccepted, ProvisionAnswer
from functions.provision.responses import REQUEST_BODY, accepted, provisioned

app = App("provision")

ANSWERS: dict[int, Any] = {
    202: {
        "description": "The attempt is recorded (Idempotency-Replayed: it had been before)",
        "content": {"application/json": {"model": ProvisionAccepted}},
    },
    200: {
        "description": "The order is provisioned already; nothing was done",
        "content": {"application/json": {"model": ProvisionAnswer}},
    },
}


@app.post(
    "/orders/<sfOrderId>/provision",
    status=202,
    summary="Provision an order (called by Salesforce)",
    responses=ANSWERS,
    openapi_extensions=REQUEST_BODY,
    declared=Declared(
        refuses=(
            NOT_FOUND,
            SIGNATURE_INVALID,
            IDEMPOTENCY_KEY_MISSING,
            IDEMPOTENCY_KEY_REUSED,
            ALREADY_RUNNING,
            ORDER_CANCELLED,
        ),
        sends=("Location", "Idempotency-Replayed"),
        headers=SIGNED,
    ),
)
def start(
    sfOrderId: Annotated[str, Path(pattern=SALESFORCE_ORDER_ID)],  # noqa: N803  # the API's own name
    request: Request,
    deps: Annotated[StartDeps, Depends(build_start)],
) -> Response[str]:
    """Record a job and answer at once. The signature of the raw body is checked first."""
    event = request.resolved_event.raw_event
    signed = deps.verifier.verify(event, f"/orders/{sfOrderId}/provision")
    order_id = full_id(sfOrderId)
    started: Started = admit(deps, signed, order_id)
    if started.outcome is StartOutcome.ALREADY_SUCCEEDED and started.job is not None:
        return provisioned(order_id, started.job)
    replayed = started.outcome is StartOutcome.REPLAYED
    return accepted(order_id, started.attempt, replayed=replayed)


handler = app.handler
