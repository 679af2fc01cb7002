"""The answer of every endpoint that starts an operation."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response
from portal.api.location import location
from portal.operations.start import Begun

from functions.operations.kinds import WORDS
from functions.operations.view import operation_view


def accepted(begun: Begun) -> Response[str]:
    """202 with how the operation stands, and where to ask again."""
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
