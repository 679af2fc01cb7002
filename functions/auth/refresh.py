"""POST /auth/refresh: a refresh token for new tokens; the old one is used up."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Request, Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body
from portal.api.app import App
from portal.api.declarations import CSRF, Declared
from portal.api.rate_limit import CountedByAddress
from portal.domain.problems import (
    INVALID_REFRESH_TOKEN,
)

from functions.auth.deps import SessionDeps, build_limiter, build_sessions
from functions.auth.models import RefreshRequest, TokenResponse
from functions.auth.token_response import token_response

app = App("auth", counted=CountedByAddress("refresh.ip", build_limiter))


@app.post(
    "/auth/refresh",
    summary="Stay signed in",
    declared=Declared(
        refuses=(INVALID_REFRESH_TOKEN,),
        headers=(CSRF,),
        example={"refreshToken": "eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIn0"},
    ),
)
def refresh(
    request: Request,
    deps: Annotated[SessionDeps, Depends(build_sessions)],
    body: Annotated[RefreshRequest | None, Body()] = None,
) -> Response[TokenResponse]:
    """The token from the body, else from the cookie (then with `X-Portal-CSRF: 1`)."""
    sent = body.refresh_token if body else None
    token = sent or deps.cookie.read(request)
    tokens = deps.sessions.refresh(token)
    return token_response(tokens, deps.cookie, in_cookie=sent is None)


handler = app.handler
