"""The handler that endpoints are compared with: a minimal validated endpoint that uses AWS.

Logger, Metrics and a validating resolver of Powertools, a pydantic model, one typed route and one
boto3 client, all made at import, as the usual template does.
"""

from __future__ import annotations

from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

logger = Logger(service="bare")
metrics = Metrics(namespace="Bare", service="bare")
app = APIGatewayRestResolver(enable_validation=True)
dynamodb = boto3.client("dynamodb")


class Item(BaseModel):
    """A small answer."""

    sku: str
    quantity: int


@app.get("/items/<sku>")
def item(sku: str) -> Item:
    """The typed route."""
    return Item(sku=sku, quantity=1)


class Price(BaseModel):
    """An amount of money."""

    amount: str
    currency: str


class Choice(BaseModel):
    """As the catalogue's."""

    id: str
    label: str
    priceDelta: Price  # noqa: N815  # as it is answered


class Option(BaseModel):
    """As the catalogue's."""

    id: str
    label: str
    kind: str
    required: bool
    default: str | int | bool | None
    choices: list[Choice] | None
    min: int | None
    max: int | None
    unitPrice: Price | None  # noqa: N815  # as it is answered


class Product(BaseModel):
    """As the catalogue's."""

    sku: str
    name: str
    category: str
    description: str
    features: list[str]
    tags: list[str]
    heroImageUrl: str | None  # noqa: N815  # as it is answered
    price: Price
    billingCycle: str  # noqa: N815  # as it is answered
    maxQuantity: int  # noqa: N815  # as it is answered
    requiresPaymentMethod: bool  # noqa: N815  # as it is answered
    configOptions: list[Option]  # noqa: N815  # as it is answered


class Products(BaseModel):
    """A large answer."""

    items: list[Product]


# The answers of the next two routes. The benchmark sets them.
products = Products(items=[])
text = ""


@app.get("/products")
def all_products() -> Products:
    """A large typed answer, whose models are in memory."""
    return products


@app.get("/text")
def ready_text() -> Response[str]:
    """An answer that is ready to be sent."""
    return Response(status_code=200, content_type="application/json", body=text)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an API Gateway event. The Lambda's entry point."""
    return app.resolve(event, context)
