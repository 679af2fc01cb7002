"""GET /orders returns the caller's orders, newest first."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query
from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.models import Page
from portal.api.principal import CurrentUser, mapped
from portal.domain.problems import (
    ACCOUNT_CONFLICT,
    NOT_MAPPED,
)

from functions.orders.deps import ReadOrdersDeps, build_read_orders
from functions.orders.models import OrderSummary

app = App("orders")


@app.get(
    "/orders",
    summary="Orders, newest first",
    signed_in=True,
    declared=Declared(
        refuses=(
            ACCOUNT_CONFLICT,
            NOT_MAPPED,
        )
    ),
)
def list_orders(
    user: CurrentUser,
    deps: Annotated[ReadOrdersDeps, Depends(build_read_orders)],
    cursor: Annotated[
        str | None, Query(pattern=r"^[0-9]{1,30}$", description="nextCursor of a page")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> Page[OrderSummary]:
    """Return a page of orders. `status` covers both the review and the provisioning."""
    customer = mapped(user, deps.directory)
    return deps.reading.page(customer, cursor=cursor, limit=limit)


handler = app.handler
