"""The answer of the endpoints that start operations."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response
from portal.api.location import location
from portal.operations.start import Begun

from functions.operations.kinds import WORDS
from functions.operations.view import operation_view


def accepted(begun: Begun) -> Response[str]:
    """Return 202 with the operation's state and address."""
    view = operation_view(begun.job, WORDS[begun.job.kind])
    return Response(
        status_code=202,
        content_type="application/json",
        body=view.model_dump_json(by_alias=True),
        headers={
            "Location": location(f"/operations/{view.operation_id}"),
            **({"Idempotency-Replayed": "true"} if begun.replayed else {}),
        },
    )
