"""POST /webhooks/esim/{token}: notifications that nobody signs, at an address that is a secret."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path
from portal.api.app import App
from portal.api.declarations import Declared
from portal.domain.problems import NOT_FOUND

from functions.webhooks.deps import build_receiving
from functions.webhooks.models import Received
from functions.webhooks.receiving import Receiving

app = App("webhooks")


@app.post(
    "/webhooks/esim/<token>",
    summary="Hints of an eSIM provider that signs nothing",
    declared=Declared(refuses=(NOT_FOUND,)),
)
def esim_hint(
    token: Annotated[str, Path(max_length=200)],
    request: Request,
    receiving: Annotated[Receiving, Depends(build_receiving)],
) -> Received:
    """Another address is one that does not exist."""
    receiving.by_token(request.resolved_event.raw_event, token)
    return Received()


handler = app.handler
