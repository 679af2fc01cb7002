"""POST /auth/login: e-mail and password for tokens."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Request, Response
from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App
from portal.api.rate_limit import CountedByAddress, SourceAddress

from functions.auth.deps import SessionDeps, build_limiter, build_sessions
from functions.auth.models import LoginRequest, TokenResponse
from functions.auth.token_response import token_response

app = App("auth", counted=CountedByAddress("login.ip", build_limiter))


@app.post("/auth/login", summary="Sign in")
def login(
    body: LoginRequest,
    request: Request,
    address: SourceAddress,
    deps: Annotated[SessionDeps, Depends(build_sessions)],
) -> Response[TokenResponse]:
    """With `X-Portal-Client: browser` the refresh token comes as an HttpOnly cookie."""
    tokens = deps.sessions.login(body.email, body.password, address=address)
    return token_response(tokens, deps.cookie, in_cookie=deps.cookie.wanted(request))


handler = app.handler
