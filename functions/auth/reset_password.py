"""POST /auth/reset-password: a new password with the token from the mail."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App
from portal.api.rate_limit import CountedByAddress

from functions.auth.deps import build_limiter, build_passwords
from functions.auth.models import ResetPasswordRequest
from functions.auth.passwords import Passwords

app = App("auth", counted=CountedByAddress("reset-password.ip", build_limiter))


@app.post("/auth/reset-password", status=204, summary="Set a new password")
def reset_password(
    body: ResetPasswordRequest,
    service: Annotated[Passwords, Depends(build_passwords)],
) -> Response[None]:
    """All sessions end; a notice is mailed."""
    service.reset(body.token, body.new_password)
    return Response(status_code=204)


handler = app.handler
