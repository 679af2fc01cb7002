"""Builds the answer with tokens."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response
from portal.api.cookies import RefreshCookie
from portal.ports.users import Tokens

from functions.auth.models import TokenResponse


def token_response(
    tokens: Tokens, cookie: RefreshCookie, *, in_cookie: bool
) -> Response[TokenResponse]:
    """Return a 200 with the tokens.

    The refresh token is in the cookie if `in_cookie`, and in the body otherwise.
    """
    hidden = in_cookie and tokens.refresh_token is not None
    return Response(
        status_code=200,
        content_type="application/json",
        body=TokenResponse(
            access_token=tokens.id_token,
            expires_in=tokens.expires_in,
            refresh_token=None if in_cookie else tokens.refresh_token,
        ),
        cookies=[cookie.set(str(tokens.refresh_token))] if hidden else [],
    )
