"""What every endpoint is measured against: the least that a validated endpoint with AWS needs.

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

# What GET /text answers; the benchmark makes it as long as the answer that it compares.
text = ""


class Item(BaseModel):
    """A small answer."""

    sku: str
    quantity: int


@app.get("/items/<sku>")
def item(sku: str) -> Item:
    """The typed route."""
    return Item(sku=sku, quantity=1)


@app.get("/text")
def ready_text() -> Response[str]:
    """An answer that is ready to be sent."""
    return Response(status_code=200, content_type="application/json", body=text)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda entry."""
    return app.resolve(event, context)
