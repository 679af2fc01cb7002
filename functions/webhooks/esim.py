"""POST /webhooks/esim: signed events of the eSIM provider."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App
from portal.api.declarations import Declared
from portal.domain.problems import NOT_FOUND, SIGNATURE_INVALID

from functions.webhooks.deps import build_receiving
from functions.webhooks.models import Received
from functions.webhooks.receiving import Receiving

app = App("webhooks")


@app.post(
    "/webhooks/esim",
    summary="Events of the eSIM provider (signed by it)",
    declared=Declared(refuses=(SIGNATURE_INVALID, NOT_FOUND)),
)
def esim(request: Request, receiving: Annotated[Receiving, Depends(build_receiving)]) -> Received:
    """The signature is checked on the raw body, before anything of it is read."""
    receiving.signed(request.resolved_event.raw_event)
    return Received()


handler = app.handler
