"""Answers of the webhook endpoints."""

from __future__ import annotations

from portal.api.models import ResponseModel


class Received(ResponseModel):
    """The delivery has arrived; what it means is looked up later."""

    received: bool = True
