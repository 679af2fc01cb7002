"""POST /orders makes an Order in Salesforce from a cart. The reseller then reviews it."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Header
from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.idempotency_key import PATTERN, bare
from portal.api.location import location
from portal.api.principal import CurrentUser, mapped
from portal.domain.problems import (
    ACCOUNT_CONFLICT,
    CART_INVALID,
    IDEMPOTENCY_KEY_REUSED,
    IN_PROGRESS,
    NOT_MAPPED,
    PAYMENT_METHOD_REQUIRED,
)

from functions.orders.deps import CreateOrderDeps, build_create_order
from functions.orders.models import OrderCreated, OrderRequest

app = App("orders")
CREATED = {"content": {"application/json": {"model": OrderCreated}}}
ANSWERS: dict[int, Any] = {
    201: {"description": "The order was placed", **CREATED},
    200: {"description": "The order had been placed before (Idempotency-Replayed)", **CREATED},
}
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=PATTERN,
        description="names this attempt (visible ASCII, in quotes or not); without it the same "
        "cart within 24 hours is one order",
    ),
]


@app.post(
    "/orders",
    status=201,
    summary="Order a cart",
    signed_in=True,
    responses=ANSWERS,
    declared=Declared(
        refuses=(
            ACCOUNT_CONFLICT,
            NOT_MAPPED,
            IN_PROGRESS,
            PAYMENT_METHOD_REQUIRED,
            CART_INVALID,
            IDEMPOTENCY_KEY_REUSED,
        ),
        sends=("Location", "Idempotency-Replayed"),
        example={"items": [{"sku": "ESIM-DATA-5GB", "quantity": 1}]},
    ),
)
def create_order(
    body: OrderRequest,
    user: CurrentUser,
    deps: Annotated[CreateOrderDeps, Depends(build_create_order)],
    idempotency_key: IdempotencyKey = None,
) -> Response[str]:
    """Place the order. Prices, options, limits and eligibility are the catalogue's."""
    customer = mapped(user, deps.directory)
    key = bare(idempotency_key) if idempotency_key else None
    placed = deps.placing.place(customer, body, key)
    return Response(
        status_code=200 if placed.replayed else 201,
        content_type="application/json",
        body=placed.answer.model_dump_json(by_alias=True),
        headers={
            "Location": location(f"/orders/{placed.answer.sf_order_id}"),
            **({"Idempotency-Replayed": "true"} if placed.replayed else {}),
        },
    )


handler = app.handler
