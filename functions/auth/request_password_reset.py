"""POST /auth/request-password-reset requests a mail with a reset link."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Request, Response
from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App
from portal.api.cookies import device_of
from portal.api.declarations import Declared
from portal.api.rate_limit import CountedByAddress, SourceAddress

from functions.auth.attempts import Caller
from functions.auth.deps import build_limiter, build_reset_mails
from functions.auth.models import ResetMailRequest
from functions.auth.passwords import ResetMails

app = App("auth", counted=CountedByAddress("reset-mail.ip", build_limiter))


@app.post(
    "/auth/request-password-reset",
    status=202,
    summary="Ask for a reset mail",
    declared=Declared(refuses=(), example={"email": "hanako@example.com"}),
)
def request_password_reset(
    body: ResetMailRequest,
    request: Request,
    address: SourceAddress,
    service: Annotated[ResetMails, Depends(build_reset_mails)],
) -> Response[None]:
    """Request the mail. The answer is 202 for every address, known or not."""
    service.request(body.email, Caller(address, device=device_of(request)))
    return Response(status_code=202)


handler = app.handler
