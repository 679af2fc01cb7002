"""POST /orders/{sfOrderId}/cancel cancels an order of the caller before it is set up."""

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
    ORDER_NOT_CANCELLABLE,
)

from functions.orders.deps import CancelOrderDeps, build_cancel_order
from functions.orders.models import OrderView

app = App("orders")


@app.post(
    "/orders/<sfOrderId>/cancel",
    summary="Cancel an order that waits for review",
    signed_in=True,
    declared=Declared(
        refuses=(
            ACCOUNT_CONFLICT,
            NOT_MAPPED,
            NOT_FOUND,
            ORDER_NOT_CANCELLABLE,
        )
    ),
)
def cancel_order(
    sfOrderId: Annotated[str, Path(pattern=SALESFORCE_ORDER_ID)],  # noqa: N803  # as in the path
    user: CurrentUser,
    deps: Annotated[CancelOrderDeps, Depends(build_cancel_order)],
) -> OrderView:
    """Cancel the order and return it. The request can be repeated.

    It is refused after staff approved the order or started its provisioning.
    """
    customer = mapped(user, deps.directory)
    order = deps.cancelling.cancel(to_18(sfOrderId), customer)
    return deps.reading.shown(order)


handler = app.handler
