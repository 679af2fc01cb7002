"""Requests and answers of the order endpoints."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from portal.api.fields import Moment
from portal.api.models import BillingCycle, RequestModel, ResponseModel, known_values
from portal.domain.ids import SKU
from portal.domain.money import Money
from portal.provisioning.job import STEP_NAMES
from pydantic import Field, PlainValidator, StringConstraints

LONGEST_CHOICE_ID = 80


def _option_value(value: Any) -> str | int | bool:
    # This gives one error. A union would give an error for each of its members.
    if isinstance(value, int) or (isinstance(value, str) and len(value) <= LONGEST_CHOICE_ID):
        return value
    msg = "must be the id of a choice, a whole number, or true or false"
    raise ValueError(msg)


OptionValue = Annotated[
    str | int | bool,
    PlainValidator(_option_value, json_schema_input_type=str | int | bool),
]
CustomerStatus = Literal[
    "pending_review", "queued", "scheduled", "provisioning", "provisioned", "failed", "cancelled"
]


class CartItem(RequestModel):
    """One line of a cart. It has no price, because prices are the catalogue's."""

    sku: Annotated[str, StringConstraints(pattern=SKU)]
    quantity: Annotated[int, Field(strict=True, ge=1, le=999)] = 1
    billing_cycle: Annotated[str, StringConstraints(max_length=20)] | None = Field(
        default=None, description="must be the product's, when given"
    )
    config_options: Annotated[dict[str, OptionValue], Field(max_length=50)] = Field(
        default_factory=dict, description="option id → choice id, number, or true/false"
    )


class Activation(RequestModel):
    """When eSIM lines start. `at` is the time of a scheduled activation."""

    type: Literal["immediate", "scheduled"] = "immediate"
    at: Moment | None = None


class OrderRequest(RequestModel):
    """A cart."""

    items: Annotated[list[CartItem], Field(min_length=1, max_length=100)]
    activation: Activation = Activation()


class OrderCreated(ResponseModel):
    """The order that was made from the cart."""

    sf_order_id: str
    order_number: str
    status: CustomerStatus


class OptionShown(ResponseModel):
    """One chosen option with the words that customers read."""

    id: str
    label: str
    value: str


class LineView(ResponseModel):
    """One line of an order."""

    sku: str
    name: str
    quantity: int
    unit_price: Money | None
    billing_cycle: BillingCycle
    options: list[OptionShown]
    service_id: str | None = None


CUSTOMER_STEPS = (
    "received",
    "review",
    *STEP_NAMES,
    "set_up",
    "cancelled",
)


class TimelineEntry(ResponseModel):
    """One step of an order with the words that customers read."""

    step: Annotated[str, known_values(*CUSTOMER_STEPS)]
    label: str
    status: Literal["done", "running", "failed", "waiting"]
    at: datetime | None = None


class OrderSummary(ResponseModel):
    """One order in a list."""

    sf_order_id: str
    order_number: str
    status: CustomerStatus
    created_at: datetime
    lines: list[LineView]


class OrderView(OrderSummary):
    """One order. `nextStep` says what happens next. `message` says what went wrong."""

    timeline: list[TimelineEntry]
    next_step: str
    cancellable: bool = Field(
        description="whether the customer can still call the order off "
        "(POST /orders/{sfOrderId}/cancel)"
    )
    delayed: bool = Field(
        description="the set-up goes on, but its last try failed because of another system"
    )
    poll_after: int | None = Field(
        description="seconds after which it is worth asking again; null when nothing is to come"
    )
    message: str | None = None
    scheduled_at: datetime | None = None
