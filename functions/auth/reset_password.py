"""POST /auth/reset-password: a new password with the token from the mail."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App
from portal.api.rate_limit import SourceAddress

from functions.auth.deps import build_passwords
from functions.auth.models import ResetPasswordRequest
from functions.auth.passwords import Passwords

app = App("auth")


@app.post("/auth/reset-password", status=204, summary="Set a new password")
def reset_password(
    body: ResetPasswordRequest,
    address: SourceAddress,
    service: Annotated[Passwords, Depends(build_passwords)],
) -> Response[None]:
    """All sessions end; a notice is mailed."""
    service.reset(body.token, body.new_password, address=address)
    return Response(status_code=204)


handler = app.handler
