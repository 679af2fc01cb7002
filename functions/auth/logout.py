"""POST /auth/logout ends the session of a refresh token."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Request, Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body
from portal.api.app import App
from portal.api.declarations import CSRF, Declared
from portal.api.rate_limit import CountedByAddress

from functions.auth.deps import SessionDeps, build_limiter, build_sessions
from functions.auth.models import RefreshRequest

app = App("auth", counted=CountedByAddress("logout.ip", build_limiter))


@app.post(
    "/auth/logout",
    status=204,
    summary="Sign out",
    declared=Declared(
        refuses=(),
        headers=(CSRF,),
        example={"refreshToken": "eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIn0"},
    ),
)
def logout(
    request: Request,
    deps: Annotated[SessionDeps, Depends(build_sessions)],
    body: Annotated[RefreshRequest | None, Body()] = None,
) -> Response[None]:
    """End the session, if there is one. The cookie is used and cleared if the body has no token."""
    sent = body.refresh_token if body else None
    deps.sessions.logout(sent or deps.cookie.read(request))
    return Response(status_code=204, cookies=[] if sent else [deps.cookie.clear()])


handler = app.handler
