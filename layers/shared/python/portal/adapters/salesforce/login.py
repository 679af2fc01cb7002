"""Signs in to Salesforce by OAuth JWT bearer or client credentials at the org's My Domain.

Source: Salesforce help, "OAuth 2.0 JWT Bearer Flow" and "OAuth 2.0 Client Credentials Flow".
simple-salesforce has both flows, but only for hosts under salesforce.com, which excludes the
emulator of the local stack. PyJWT signs the assertion.
"""

from __future__ import annotations

import time
from typing import Any

from portal.adapters.http import (
    SERVER_ERROR,
    TOO_MANY_REQUESTS,
    Call,
    Transport,
    json_object,
    throttled,
)
from portal.config import ConfigurationError
from portal.domain.upstream import Unauthorized, Unavailable, UpstreamError
from portal.observability import count
from portal.redaction import without
from portal.secrets import Secret
from portal.vendor_errors.model import Kind, error_type, note_unknown
from portal.vendor_errors.salesforce import token_row

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
        """Return an access token. After a refusal the secret is read again once.

        Raises Unauthorized when Salesforce refuses the login, Unavailable when the token endpoint
        fails, and ConfigurationError when the secret is not usable.
        """
        secret = self._secret.value()
        try:
            return self._fetch(secret)
        except Unauthorized:
            fresh = self._secret.renewed(secret)
            if fresh is None:
                raise
        return self._fetch(fresh)

    def _fetch(self, secret: dict[str, Any]) -> str:
        call = Call("POST", self._url, "token", writes=False)
        grant = self._grant(secret)
        response = self._transport.send(call, data=grant)
        body = json_object(response) or {}
        if response.ok and body.get("access_token"):
            return str(body["access_token"])
        count("UpstreamErrors", upstream=UPSTREAM)
        if response.status_code == TOO_MANY_REQUESTS:
            raise throttled(UPSTREAM, "token", response)
        raise _refusal(response.status_code, body, grant)

    def _grant(self, secret: dict[str, Any]) -> dict[str, str]:
        if "privateKey" in secret:
            return {"grant_type": JWT_BEARER, "assertion": self._assertion(secret)}
        if "consumerSecret" in secret:
            return {
                "grant_type": "client_credentials",
                "client_id": self._secret.part(secret, "consumerKey"),
                "client_secret": self._secret.part(secret, "consumerSecret"),
            }
        msg = "the Salesforce secret needs privateKey or consumerSecret; run `make secrets`"
        raise ConfigurationError(msg)

    def _assertion(self, secret: dict[str, Any]) -> str:
        import jwt  # noqa: PLC0415  # importing cryptography takes 50 ms and only this flow needs it

        claims = {
            "iss": self._secret.part(secret, "consumerKey"),
            "sub": self._secret.part(secret, "username"),
            "aud": secret.get("audience", LIVE_AUDIENCE),
            "exp": int(time.time()) + ASSERTION_SECONDS,
        }
        key = self._secret.part(secret, "privateKey")
        try:
            return jwt.encode(claims, key, algorithm="RS256")
        except (ValueError, TypeError, jwt.InvalidKeyError):
            # The cause is left out, because it may quote the key.
            msg = "the Salesforce secret's privateKey is no RSA key in PEM; run `make secrets`"
            raise ConfigurationError(msg) from None


def _refusal(status: int, body: dict[str, Any], grant: dict[str, str]) -> UpstreamError:
    error, description = str(body.get("error", "")), str(body.get("error_description", ""))
    # The message is shown to staff, and must not hold credentials.
    credentials = [grant.get("client_secret"), grant.get("assertion")]
    message = without(description or "login refused", credentials)
    row = token_row(error, description)
    if row is None and (not error or status >= SERVER_ERROR):
        return Unavailable(
            UPSTREAM, "token", "the token endpoint failed", code=error or None, status=status
        )
    kind = row.kind if row is not None else Kind.UNAUTHORIZED
    if row is None:
        note_unknown(UPSTREAM, "token", error, kind)
    if status >= SERVER_ERROR and not (row and row.transient):
        kind = Kind.UNAVAILABLE
    made = error_type(kind, writes=False)
    return made(UPSTREAM, "token", message, code=error or None, status=status)
