"""POST /subscriptions/{id}/reissue-esim: another eSIM for a line."""

from __future__ import annotations

import time
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path
from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.idempotency_key import RequiredIdempotencyKey, required
from portal.api.principal import CurrentUser, mapped, require_recent_sign_in
from portal.domain.ids import WHMCS_SERVICE_ID
from portal.domain.problems import (
    CONFIRM_LOSS_REQUIRED,
    IDEMPOTENCY_KEY_MISSING,
    IDEMPOTENCY_KEY_REUSED,
    NOT_FOUND,
    NOT_MAPPED,
    OPERATION_IN_PROGRESS,
    REAUTHENTICATION_REQUIRED,
    REISSUE_UNAVAILABLE,
)
from portal.operations.start import Wanted
from portal.workflow_kinds import REISSUE

from functions.operations.deps import StartReissueDeps, build_start_reissue
from functions.operations.models import OperationView, ReissueRequest
from functions.operations.responses import accepted

app = App("operations")
ANSWERS: dict[int, Any] = {
    202: {
        "description": "The operation is recorded (Idempotency-Replayed: it had been before)",
        "content": {"application/json": {"model": OperationView}},
    }
}


@app.post(
    "/subscriptions/<id>/reissue-esim",
    status=202,
    summary="Replace the eSIM of a line",
    signed_in=True,
    responses=ANSWERS,
    declared=Declared(
        refuses=(
            CONFIRM_LOSS_REQUIRED,
            IDEMPOTENCY_KEY_MISSING,
            IDEMPOTENCY_KEY_REUSED,
            NOT_FOUND,
            NOT_MAPPED,
            OPERATION_IN_PROGRESS,
            REAUTHENTICATION_REQUIRED,
            REISSUE_UNAVAILABLE,
        ),
        sends=("Location", "Idempotency-Replayed"),
        example={"reason": "new-phone", "confirmLoss": False},
    ),
)
def start_reissue(
    id: Annotated[str, Path(pattern=WHMCS_SERVICE_ID)],  # noqa: A002  # as in the path
    body: ReissueRequest,
    user: CurrentUser,
    deps: Annotated[StartReissueDeps, Depends(build_start_reissue)],
    idempotency_key: RequiredIdempotencyKey = None,
) -> Response[str]:
    """After a sign-in of the last five minutes. A code that no phone has used is sent again."""
    key = required(idempotency_key)
    customer = mapped(user, deps.directory)
    wanted = Wanted(
        kind=REISSUE,
        user_id=customer.user_id,
        client_id=customer.whmcs_client_id,
        service_id=int(id),
        key=key,
        asked={"reason": body.reason, "confirmLoss": str(body.confirm_loss)},
    )
    earlier = deps.operations.earlier(wanted)
    if earlier is not None:
        return accepted(earlier)
    require_recent_sign_in(user, time.time())
    settled = deps.reissuing.accepted(customer, wanted.service_id, confirm_loss=body.confirm_loss)
    return accepted(deps.operations.begin(wanted, settled))


handler = app.handler
