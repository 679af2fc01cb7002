"""`/services/oauth2/token`: JWT bearer and client credentials, and the sessions they open.

Salesforce Help, "OAuth 2.0 JWT Bearer Flow" and "OAuth 2.0 Client Credentials Flow". Like an
org, a login of the same app and user gets the live session again, and a session that is used
stays alive.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import jwt
from pydantic import BaseModel, ConfigDict, Field

from local.emulators.salesforce.org import ORG_ID, Org
from local.emulators.salesforce.rest.messages import Answer

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_SKEW = timedelta(minutes=3)


class ConnectedApp(BaseModel):
    """An external client app; the first username is the run-as user of client credentials."""

    model_config = ConfigDict(extra="forbid")

    consumerKey: str  # noqa: N815  # the seed's own names
    consumerSecret: str | None = None  # noqa: N815  # the seed's own names
    publicKeyPem: str | None = None  # noqa: N815  # the seed's own names
    usernames: list[str] = Field(default_factory=list)


@dataclass
class Session:
    """A session token's owner; `expires` moves on with every use."""

    user_id: str
    app: str
    expires: datetime


class OAuthError(Exception):
    """A refusal of the token endpoint."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description


class OAuth:
    """Connected apps and sessions of one org."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._apps: dict[str, ConnectedApp] = {}
        self._sessions: dict[str, Session] = {}

    def clear(self) -> None:
        """Forget apps and sessions."""
        self._apps.clear()
        self._sessions.clear()

    @property
    def apps(self) -> list[ConnectedApp]:
        """All connected apps."""
        return list(self._apps.values())

    def register(self, app: ConnectedApp) -> None:
        """Add or replace an app; its users are created when missing."""
        self._apps[app.consumerKey] = app
        for username in app.usernames:
            self._org.add_user(username)

    def end_sessions(self) -> None:
        """End every session, as an administrator can."""
        self._sessions.clear()

    def revoke(self, token: str) -> bool:
        """End one session."""
        return self._sessions.pop(token, None) is not None

    def user_of(self, token: str) -> str | None:
        """Return the user of a session token; None when expired or unknown. Use prolongs it."""
        session = self._sessions.get(token)
        if session is None or session.expires <= self._org.now():
            self._sessions.pop(token, None)
            return None
        session.expires = self._deadline()
        return session.user_id

    def token(self, form: Mapping[str, str], authorization: str, base_url: str) -> Answer:
        """POST /services/oauth2/token."""
        try:
            return self._grant(form, authorization, base_url)
        except OAuthError as error:
            body = {"error": error.error, "error_description": error.description}
            return Answer(HTTPStatus.BAD_REQUEST, body)

    def _grant(self, form: Mapping[str, str], authorization: str, base_url: str) -> Answer:
        if self._org.switches.login_rate_exceeded:
            raise OAuthError("invalid_grant", "login rate exceeded")
        grant = form.get("grant_type", "")
        if grant == JWT_BEARER:
            app, username = self._jwt(form.get("assertion", ""), base_url)
            return self._open(app, username, base_url, {})
        if grant == "client_credentials":
            app, username = self._credentials(form, authorization)
            more = {
                "signature": secrets.token_urlsafe(32),
                "issued_at": str(int(self._org.now().timestamp() * 1000)),
                "api_instance_url": base_url,
            }
            return self._open(app, username, base_url, more)
        raise OAuthError("unsupported_grant_type", "grant type not supported")

    def _open(
        self, app: ConnectedApp, username: str, base_url: str, more: dict[str, str]
    ) -> Answer:
        user_id = self._org.add_user(username)
        token = self._live(user_id, app.consumerKey)
        if token is None:
            token = f"{ORG_ID[:15]}!AQ{secrets.token_urlsafe(48)}"
            self._sessions[token] = Session(user_id, app.consumerKey, self._deadline())
        body: dict[str, Any] = {
            "access_token": token,
            "scope": "api",
            "instance_url": base_url,
            "id": f"{base_url}/id/{ORG_ID}/{user_id}",
            "token_type": "Bearer",
            **more,
        }
        return Answer(HTTPStatus.OK, body)

    def _live(self, user_id: str, app: str) -> str | None:
        for token, session in list(self._sessions.items()):
            owner = (session.user_id, session.app)
            if owner == (user_id, app) and self.user_of(token) is not None:
                return token
        return None

    def _deadline(self) -> datetime:
        return self._org.now() + timedelta(seconds=self._org.switches.session_seconds)

    def _jwt(self, assertion: str, base_url: str) -> tuple[ConnectedApp, str]:
        claims = self._unverified(assertion)
        app = self._apps.get(str(claims.get("iss")))
        if app is None:
            raise OAuthError("invalid_client_id", "client identifier invalid")
        if app.publicKeyPem is None:
            raise OAuthError("invalid_grant", "invalid assertion")
        try:
            jwt.decode(
                assertion,
                app.publicKeyPem,
                algorithms=["RS256"],
                options={"verify_aud": False, "verify_exp": False},
            )
        except jwt.PyJWTError as error:
            raise OAuthError("invalid_grant", "invalid assertion") from error
        self._check_claims(claims, base_url)
        username = str(claims.get("sub"))
        if username not in app.usernames:
            raise OAuthError("invalid_grant", "user hasn't approved this consumer")
        return app, username

    def _check_claims(self, claims: dict[str, Any], base_url: str) -> None:
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        accepted = {*self._org.switches.audiences, base_url}
        if not accepted.intersection(str(item).rstrip("/") for item in audiences):
            raise OAuthError("invalid_grant", "audience is invalid")
        try:
            expires = int(claims.get("exp", ""))
        except (TypeError, ValueError) as error:
            raise OAuthError("invalid_grant", "invalid assertion") from error
        if expires < (self._org.now() - _SKEW).timestamp():
            raise OAuthError("invalid_grant", "expired authorization code")

    def _unverified(self, assertion: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(assertion, options={"verify_signature": False})
        except jwt.PyJWTError as error:
            raise OAuthError("invalid_grant", "invalid assertion") from error
        return claims

    def _credentials(self, form: Mapping[str, str], authorization: str) -> tuple[ConnectedApp, str]:
        key, secret = form.get("client_id", ""), form.get("client_secret", "")
        if authorization.startswith("Basic "):
            key, secret = _basic(authorization.removeprefix("Basic "))
        app = self._apps.get(key)
        if app is None:
            raise OAuthError("invalid_client_id", "client identifier invalid")
        if app.consumerSecret is None or not secrets.compare_digest(
            app.consumerSecret.encode(), secret.encode()
        ):
            raise OAuthError("invalid_client", "invalid client credentials")
        if not app.usernames:
            raise OAuthError("invalid_grant", "no client credentials user enabled")
        return app, app.usernames[0]


def _basic(encoded: str) -> tuple[str, str]:
    try:
        key, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise OAuthError("invalid_client", "invalid client credentials") from error
    return key, secret
