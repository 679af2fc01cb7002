"""Identifies the caller by the token that the gateway has verified.

The Cognito authorizer of API Gateway has checked signature, issuer, audience and expiry. For
methods without scopes it accepts ID tokens only, but the local gateway also accepts access tokens,
so `token_use` is checked here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends

from portal.domain.identity import CustomerMapping
from portal.domain.problems import (
    NOT_MAPPED,
    REAUTHENTICATION_REQUIRED,
    UNAUTHENTICATED,
    Problem,
)
from portal.ports.identity import CustomerDirectory

RECENT_SECONDS = 300
"""How long a sign-in counts as recent."""


@dataclass(frozen=True)
class Principal:
    """A signed-in user. `user_id` is the Cognito `sub`. `auth_time` is in epoch seconds."""

    user_id: str
    email: str
    auth_time: int


def authenticated(request: Request) -> Principal:
    """Return the caller by the authorizer's claims.

    Raises Problem `unauthenticated` when the claims are not those of an ID token.
    """
    context: dict[str, Any] = request.resolved_event.raw_event.get("requestContext") or {}
    claims = (context.get("authorizer") or {}).get("claims") or {}
    user_id = claims.get("sub")
    if not user_id or claims.get("token_use") != "id":
        raise Problem(UNAUTHENTICATED, "Sign in and send the accessToken as bearer token.")
    return Principal(
        user_id=str(user_id),
        email=str(claims.get("email", "")),
        auth_time=_epoch(claims.get("auth_time")),
    )


def recently_signed_in(principal: Principal, now: float) -> bool:
    """Whether the password was shown within the last five minutes; refreshing does not count."""
    return now - principal.auth_time <= RECENT_SECONDS


def require_recent_sign_in(principal: Principal, now: float) -> None:
    """Raise Problem `reauthentication-required` unless the sign-in is recent.

    `now` is in epoch seconds.
    """
    if not recently_signed_in(principal, now):
        raise Problem(
            REAUTHENTICATION_REQUIRED,
            "Use POST /auth/login once more and send the request with the new accessToken.",
        )


def mapped(principal: Principal, directory: CustomerDirectory) -> CustomerMapping:
    """Return the caller's records in the other systems, which decide what the caller owns.

    Raises Problem `account-not-mapped` while a signup is not finished.
    """
    mapping = directory.by_user(principal.user_id)
    if mapping is None:
        raise Problem(NOT_MAPPED, "The sign-up is not finished; send it again to complete it.")
    return mapping


def _epoch(claim: object) -> int:
    text = str(claim or "")
    return int(text) if text.isdigit() else 0


CurrentUser = Annotated[Principal, Depends(authenticated)]
