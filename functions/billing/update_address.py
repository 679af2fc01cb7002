"""PATCH /me/billing changes parts of the billing address."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Request, Response
from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App
from portal.api.declarations import IF_MATCH, Declared
from portal.api.principal import CurrentUser, mapped
from portal.domain.problems import (
    CONFLICT,
    NOT_MAPPED,
)

from functions.billing.addresses import answer, change
from functions.billing.deps import AddressDeps, build_address
from functions.billing.models import AddressChange, AddressView

app = App("billing")
ANSWERS: dict[int, Any] = {
    200: {
        "description": "The address after the change; ETag names its version",
        "content": {"application/json": {"model": AddressView}},
    }
}


@app.patch(
    "/me/billing",
    summary="Change the billing address",
    signed_in=True,
    responses=ANSWERS,
    declared=Declared(
        refuses=(
            NOT_MAPPED,
            CONFLICT,
        ),
        headers=(IF_MATCH,),
        sends=("ETag",),
        example={"street": "4-5-6 Shiba"},
    ),
)
def update_address(
    body: AddressChange,
    request: Request,
    user: CurrentUser,
    deps: Annotated[AddressDeps, Depends(build_address)],
) -> Response[str]:
    """Change the address. With the read ETag in `If-Match`, a change meanwhile is a conflict."""
    customer = mapped(user, deps.directory)
    if_match = request.resolved_event.headers.get("if-match")
    changed = change(deps.addresses, customer.whmcs_client_id, body.changes(), if_match=if_match)
    return answer(changed)


handler = app.handler
