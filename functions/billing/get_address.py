"""GET /me/billing returns the billing address from WHMCS."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.principal import CurrentUser, mapped
from portal.domain.problems import (
    NOT_MAPPED,
)

from functions.billing.addresses import answer
from functions.billing.deps import AddressDeps, build_address
from functions.billing.models import AddressView

app = App("billing")
ANSWERS: dict[int, Any] = {
    200: {
        "description": "The address; ETag names its version",
        "content": {"application/json": {"model": AddressView}},
    }
}


@app.get(
    "/me/billing",
    summary="The billing address",
    signed_in=True,
    responses=ANSWERS,
    declared=Declared(refuses=(NOT_MAPPED,), sends=("ETag",)),
)
def get_address(
    user: CurrentUser, deps: Annotated[AddressDeps, Depends(build_address)]
) -> Response[str]:
    """Return the address. It is read from WHMCS each time and not cached."""
    customer = mapped(user, deps.directory)
    return answer(deps.addresses.of_client(customer.whmcs_client_id))


handler = app.handler
