"""Logging in to Salesforce: OAuth JWT bearer, or client credentials, at the org's My Domain.

Source: Salesforce help, "OAuth 2.0 JWT Bearer Flow" and "OAuth 2.0 Client Credentials Flow".
simple-salesforce has both, but only for hosts under salesforce.com, which rules out sandboxes of
our own; PyJWT signs the assertion.
"""

from __future__ import annotations

import time
from typing import Any

from portal.adapters.http import Call, Transport, throttled
from portal.config import ConfigurationError
from portal.domain.upstream import Unauthorized, Unavailable
from portal.secrets import Secret

UPSTREAM = "salesforce"
READ_SECONDS = 10.0
ASSERTION_SECONDS = 180
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIVE_AUDIENCE = "https://login.salesforce.com"
TEST_AUDIENCE = "https://test.salesforce.com"


class Login:
    """Fetches access tokens for one org.

    The secret is `{"consumerKey", "username", "privateKey", "audience"?}` (JWT bearer; the
    audience defaults to production's, sandboxes use https://test.salesforce.com) or
    `{"consumerKey", "consumerSecret"}` (client credentials).
    """

    def __init__(self, *, url: str, secret: Secret, transport: Transport | None = None) -> None:
        self._url = f"{url.rstrip('/')}/services/oauth2/token"
        self._secret = secret
        self._transport = transport or Transport(UPSTREAM, read_seconds=READ_SECONDS)

    def token(self) -> str:
        """A session id. After a refusal the secret is read again once (it may have rotated).

        Raises Unauthorized when Salesforce refuses, Unavailable when it cannot say.
        """
        try:
            return self._fetch(self._secret.value())
        except Unauthorized:
            return self._fetch(self._secret.value(refresh=True))

    def _fetch(self, secret: dict[str, Any]) -> str:
        call = Call("POST", self._url, "token", writes=False)
        response = self._transport.send(call, data=self._grant(secret))
        if response.status_code == 429:  # noqa: PLR2004
            raise throttled(UPSTREAM, "token", response)
        try:
            body = response.json()
        except ValueError:
            body = None
        if not isinstance(body, dict) or response.status_code >= 500:  # noqa: PLR2004
            raise Unavailable(
                UPSTREAM, "token", "the token endpoint failed", status=response.status_code
            )
        if response.ok and body.get("access_token"):
            return str(body["access_token"])
        raise Unauthorized(
            UPSTREAM,
            "token",
            str(body.get("error_description", "login refused")),
            code=str(body.get("error", "")),
            status=response.status_code,
        )

    def _grant(self, secret: dict[str, Any]) -> dict[str, str]:
        if "privateKey" in secret:
            return {"grant_type": JWT_BEARER, "assertion": _assertion(secret)}
        if "consumerSecret" in secret:
            return {
                "grant_type": "client_credentials",
                "client_id": secret["consumerKey"],
                "client_secret": secret["consumerSecret"],
            }
        msg = "the Salesforce secret needs privateKey or consumerSecret; run `make secrets`"
        raise ConfigurationError(msg)


def _assertion(secret: dict[str, Any]) -> str:
    import jwt  # noqa: PLC0415  # 50 ms of cryptography, only for this flow

    claims = {
        "iss": secret["consumerKey"],
        "sub": secret["username"],
        "aud": secret.get("audience", LIVE_AUDIENCE),
        "exp": int(time.time()) + ASSERTION_SECONDS,
    }
    return jwt.encode(claims, secret["privateKey"], algorithm="RS256")
