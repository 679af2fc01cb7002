"""Refresh tokens of Cognito with rotation, which moto does not know.

Source: Amazon Cognito Developer Guide, "Refresh tokens" (rotation, grace period) and API reference,
GetTokensFromRefreshToken, RevokeToken. A token that was rotated away works until its period of
grace has passed. `auth_time` stays that of the sign-in. Afterwards, and once the session was
revoked, it is refused.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from bench.years.world import World

OPERATIONS = frozenset({"GetTokensFromRefreshToken", "RevokeToken"})
GRACE_SECONDS = 60.0


class Sessions:
    """Rotates the refresh tokens of moto's user pools."""

    def __init__(self, world: World, region: str) -> None:
        self._world = world
        self._region = region
        self._grace_ends: dict[str, float] = {}

    def answer(self, operation: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Return status and body of the answer to one of OPERATIONS."""
        pool = self._pool(body["ClientId"])
        if operation == "RevokeToken":
            self._revoke(pool, body["Token"])
            return 200, {}
        token = body["RefreshToken"]
        known = pool.refresh_tokens.get(token)
        if known is None:
            return 400, _refused("NotAuthorizedException", "Refresh Token has been revoked")
        if self._world.now > self._grace_ends.get(token, self._world.now):
            self._revoke(pool, token)
            return 400, _refused("RefreshTokenReuseException", "Refresh token was reused")
        return 200, {"AuthenticationResult": self._rotated(pool, token, *known)}

    def _rotated(self, pool: Any, token: str, client: str, user: str, origin: str) -> Any:
        self._grace_ends.setdefault(token, self._world.now + GRACE_SECONDS)
        fresh, _ = pool.create_refresh_token(client, user)
        pool.refresh_tokens[fresh] = (client, user, origin)
        began = _began(pool, origin)
        access, seconds = pool.create_access_token(client, user, origin_jti=origin)
        more = {"origin_jti": origin, "auth_time": began}
        identity, _ = pool.create_jwt(client, user, "id", extra_data=more)
        return {
            "AccessToken": access,
            "IdToken": identity,
            "RefreshToken": fresh,
            "ExpiresIn": seconds,
            "TokenType": "Bearer",
        }

    def _revoke(self, pool: Any, token: str) -> None:
        """End the session: all its tokens."""
        ended = pool.refresh_tokens.get(token)
        for other, known in pool.refresh_tokens.items():
            if ended is not None and known is not None and known[2] == ended[2]:
                pool.refresh_tokens[other] = None

    def _pool(self, client: str) -> Any:
        backend: Any = get_backend("cognito-idp")
        pools = backend[DEFAULT_ACCOUNT_ID][self._region].user_pools.values()
        return next(pool for pool in pools if client in pool.clients)


def _began(pool: Any, origin: str) -> int:
    """When a session began, which its first ID token tells; epoch seconds."""
    claims = (_claims(token) for token in pool.id_tokens)
    return int(next(one["auth_time"] for one in claims if one["origin_jti"] == origin))


def _claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def _refused(kind: str, message: str) -> dict[str, Any]:
    return {"__type": kind, "message": message}
