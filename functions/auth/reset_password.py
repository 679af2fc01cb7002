"""POST /auth/reset-password sets a new password with the token from the mail."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.rate_limit import CountedByAddress
from portal.domain.problems import (
    INVALID_RESET_TOKEN,
    PASSWORD_REFUSED,
)

from functions.auth.deps import build_limiter, build_passwords
from functions.auth.models import ResetPasswordRequest
from functions.auth.passwords import Passwords

app = App("auth", counted=CountedByAddress("reset-password.ip", build_limiter))


@app.post(
    "/auth/reset-password",
    status=204,
    summary="Set a new password",
    declared=Declared(
        refuses=(
            PASSWORD_REFUSED,
            INVALID_RESET_TOKEN,
        ),
        example={"token": "the token of the mail", "newPassword": "Ueno-2027-Sakura"},
    ),
)
def reset_password(
    body: ResetPasswordRequest,
    service: Annotated[Passwords, Depends(build_passwords)],
) -> Response[None]:
    """Set the password, end all sessions, and mail a notice."""
    service.reset(body.token, body.new_password)
    return Response(status_code=204)


handler = app.handler
