"""POST /auth/refresh returns new tokens for a refresh token, which it replaces."""

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
    """Return new tokens. The refresh token is in the body or in the cookie.

    With the cookie the header `X-Portal-CSRF: 1` is required.
    """
    sent = body.refresh_token if body else None
    token = sent or deps.cookie.read(request)
    tokens = deps.sessions.refresh(token)
    return token_response(tokens, deps.cookie, in_cookie=sent is None)


handler = app.handler
