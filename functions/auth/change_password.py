"""POST /auth/change-password changes the caller's password."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.principal import CurrentUser
from portal.domain.problems import (
    INVALID_CREDENTIALS,
    PASSWORD_REFUSED,
)

from functions.auth.deps import build_passwords
from functions.auth.models import ChangePasswordRequest
from functions.auth.passwords import Passwords

app = App("auth")


@app.post(
    "/auth/change-password",
    status=204,
    summary="Change the password",
    signed_in=True,
    declared=Declared(
        refuses=(
            PASSWORD_REFUSED,
            INVALID_CREDENTIALS,
        ),
        example={"currentPassword": "Sakura-2026-Ueno", "newPassword": "Ueno-2027-Sakura"},
    ),
)
def change_password(
    body: ChangePasswordRequest,
    user: CurrentUser,
    service: Annotated[Passwords, Depends(build_passwords)],
) -> Response[None]:
    """Set the password, end all sessions including the caller's, and mail a notice."""
    service.change(user.user_id, body.current_password, body.new_password)
    return Response(status_code=204)


handler = app.handler
