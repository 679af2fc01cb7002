"""POST /auth/login returns tokens for an e-mail address and a password."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Request, Response
from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App
from portal.api.declarations import CLIENT, Declared
from portal.api.rate_limit import CountedByAddress, SourceAddress
from portal.domain.problems import (
    INVALID_CREDENTIALS,
)

from functions.auth.attempts import Caller
from functions.auth.deps import SessionDeps, build_limiter, build_sessions
from functions.auth.models import LoginRequest, TokenResponse
from functions.auth.token_response import token_response

app = App("auth", counted=CountedByAddress("login.ip", build_limiter))


@app.post(
    "/auth/login",
    summary="Sign in",
    declared=Declared(
        refuses=(INVALID_CREDENTIALS,),
        headers=(CLIENT,),
        example={"email": "hanako@example.com", "password": "Sakura-2026-Ueno"},
    ),
)
def login(
    body: LoginRequest,
    request: Request,
    address: SourceAddress,
    deps: Annotated[SessionDeps, Depends(build_sessions)],
) -> Response[TokenResponse]:
    """Return tokens. With `X-Portal-Client: browser` the refresh token is an HttpOnly cookie."""
    caller = Caller(address, device=deps.cookie.device(request))
    signed_in = deps.sessions.login(body.email, body.password, caller)
    browser = deps.cookie.wanted(request)
    answer = token_response(signed_in.tokens, deps.cookie, in_cookie=browser)
    if browser and not signed_in.known_device:
        device = deps.sessions.remember_device(body.email)
        answer.cookies.insert(0, deps.cookie.set_device(device))
    return answer


handler = app.handler
