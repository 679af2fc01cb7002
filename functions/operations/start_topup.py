"""POST /subscriptions/{id}/topup: buy more data for a line."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path
from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.idempotency_key import RequiredIdempotencyKey, required
from portal.api.principal import CurrentUser, mapped
from portal.domain.ids import WHMCS_SERVICE_ID
from portal.domain.problems import (
    IDEMPOTENCY_KEY_MISSING,
    IDEMPOTENCY_KEY_REUSED,
    NOT_FOUND,
    NOT_MAPPED,
    OPERATION_IN_PROGRESS,
    PAYMENT_METHOD_REQUIRED,
    TOPUP_UNAVAILABLE,
)
from portal.operations.start import Wanted
from portal.workflow_kinds import TOPUP

from functions.operations.deps import StartTopupDeps, build_start_topup
from functions.operations.models import OperationView, TopupRequest
from functions.operations.responses import accepted
from functions.operations.topup.asked import settled

app = App("operations")
ANSWERS: dict[int, Any] = {
    202: {
        "description": "The operation is recorded (Idempotency-Replayed: it had been before)",
        "content": {"application/json": {"model": OperationView}},
    }
}


@app.post(
    "/subscriptions/<id>/topup",
    status=202,
    summary="Add data to a line",
    signed_in=True,
    responses=ANSWERS,
    declared=Declared(
        refuses=(
            IDEMPOTENCY_KEY_MISSING,
            IDEMPOTENCY_KEY_REUSED,
            NOT_FOUND,
            NOT_MAPPED,
            OPERATION_IN_PROGRESS,
            PAYMENT_METHOD_REQUIRED,
            TOPUP_UNAVAILABLE,
        ),
        sends=("Location", "Idempotency-Replayed"),
        example={"offerId": "offer-0123456789abcdef"},
    ),
)
def start_topup(
    id: Annotated[str, Path(pattern=WHMCS_SERVICE_ID)],  # noqa: A002  # as in the path
    body: TopupRequest,
    user: CurrentUser,
    deps: Annotated[StartTopupDeps, Depends(build_start_topup)],
    idempotency_key: RequiredIdempotencyKey = None,
) -> Response[str]:
    """Start a top-up at the offer's price. The caller cannot set a price."""
    key = required(idempotency_key)
    customer = mapped(user, deps.directory)
    wanted = Wanted(
        kind=TOPUP,
        user_id=customer.user_id,
        client_id=customer.whmcs_client_id,
        service_id=int(id),
        key=key,
        asked={"offerId": body.offer_id},
    )
    earlier = deps.operations.earlier(wanted)
    if earlier is not None:
        return accepted(earlier)
    chosen = deps.selling.chosen(customer, wanted.service_id, body.offer_id)
    begun = deps.operations.begin(wanted, settled(chosen.offer, iccid=chosen.iccid))
    return accepted(begun)


handler = app.handler
