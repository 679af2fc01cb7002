"""GET /orders/{sfOrderId} returns one order with its timeline and what happens next."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path
from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.principal import CurrentUser, mapped
from portal.domain.ids import SALESFORCE_ORDER_ID, to_18
from portal.domain.problems import (
    ACCOUNT_CONFLICT,
    NOT_FOUND,
    NOT_MAPPED,
)

from functions.orders.deps import ReadOrdersDeps, build_read_orders
from functions.orders.models import OrderView

app = App("orders")


@app.get(
    "/orders/<sfOrderId>",
    summary="One order with its timeline",
    signed_in=True,
    declared=Declared(
        refuses=(
            ACCOUNT_CONFLICT,
            NOT_MAPPED,
            NOT_FOUND,
        )
    ),
)
def get_order(
    sfOrderId: Annotated[str, Path(pattern=SALESFORCE_ORDER_ID)],  # noqa: N803  # as in the path
    user: CurrentUser,
    deps: Annotated[ReadOrdersDeps, Depends(build_read_orders)],
) -> OrderView:
    """Return an order of the caller. Orders of other customers are not found."""
    customer = mapped(user, deps.directory)
    return deps.reading.one(to_18(sfOrderId), customer)


handler = app.handler
