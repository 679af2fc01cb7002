"""`Users` over a Cognito user pool: administrators' calls, login, and rotating refresh tokens.

Source: Amazon Cognito user pools API reference (AdminCreateUser, AdminSetUserPassword,
AdminInitiateAuth, GetTokensFromRefreshToken, RevokeToken, AdminUserGlobalSignOut).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError
from botocore.exceptions import EndpointConnectionError as NeverConnected

from portal import aws
from portal.config import ConfigurationError
from portal.domain.upstream import OutcomeUnknown, Refused, Unavailable, UpstreamError
from portal.observability import count, logger
from portal.ports.users import (
    NotAuthenticated,
    PasswordNotAccepted,
    RefreshTokenInvalid,
    Tokens,
    UserExists,
)
from portal.vendor_errors.aws import COGNITO, aws_kind
from portal.vendor_errors.model import Kind, error_type, note_unknown

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

UPSTREAM = "cognito"
# All of these get the same answer, because different ones would tell who has an account.
_NOT_AUTHENTICATED = frozenset(
    {
        "NotAuthorizedException",
        "PasswordResetRequiredException",
        "UserNotConfirmedException",
        "UserNotFoundException",
    }
)
_REFRESH_INVALID = frozenset(
    {
        "NotAuthorizedException",
        "RefreshTokenReuseException",
        "UserNotFoundException",
        "UnsupportedTokenTypeException",
    }
)
_NO_SESSION = frozenset(
    {"NotAuthorizedException", "UnauthorizedException", "UnsupportedTokenTypeException"}
)


class CognitoUsers:
    """One user pool and its only client.

    Users sign in with their e-mail addresses. Cognito's own `Username` is the `sub`, which is also
    accepted at login and in administrators' calls. Without `client_secret`, the client's secret is
    read when it is first needed and kept in memory. It is in no template, environment or log.
    """

    def __init__(
        self,
        *,
        user_pool_id: str,
        client_id: str,
        client_secret: str | None = None,
        client: Callable[[], CognitoIdentityProviderClient] = aws.cognito,
    ) -> None:
        self._pool = user_pool_id
        self._client_id = client_id
        self._client = client
        self._secret = client_secret

    def create(self, email: str) -> str:
        """Create a user without Cognito's mail (AdminCreateUser). Returns the `sub`.

        The address is the only attribute. Raises UserExists.
        """
        with _mapped("AdminCreateUser", {"UsernameExistsException": UserExists}):
            answer = self._client().admin_create_user(
                UserPoolId=self._pool,
                Username=email,
                UserAttributes=[{"Name": "email", "Value": email}],
                MessageAction="SUPPRESS",
            )
        return _sub(answer["User"].get("Attributes", []))

    def find_by_email(self, email: str) -> str | None:
        """Return the `sub` of the user with that address (AdminGetUser); None without one."""
        try:
            with _mapped("AdminGetUser", {"UserNotFoundException": _NotThere}, writes=False):
                answer = self._client().admin_get_user(UserPoolId=self._pool, Username=email)
        except _NotThere:
            return None
        return _sub(answer["UserAttributes"])

    def set_password(self, user_id: str, password: str) -> None:
        """Set a permanent password (AdminSetUserPassword). Raises PasswordNotAccepted.

        It does not end the user's sessions; `sign_out_everywhere` does.
        """
        with _mapped("AdminSetUserPassword", {"InvalidPasswordException": PasswordNotAccepted}):
            self._client().admin_set_user_password(
                UserPoolId=self._pool, Username=user_id, Password=password, Permanent=True
            )

    def delete(self, user_id: str) -> None:
        """Delete a user (AdminDeleteUser). Does nothing when there is none."""
        try:
            with _mapped("AdminDeleteUser", {"UserNotFoundException": _NotThere}):
                self._client().admin_delete_user(UserPoolId=self._pool, Username=user_id)
        except _NotThere:
            return

    def authenticate(self, login: str, password: str) -> Tokens:
        """Sign a user in (AdminInitiateAuth, ADMIN_USER_PASSWORD_AUTH). Raises NotAuthenticated."""
        refusals = dict.fromkeys(_NOT_AUTHENTICATED, NotAuthenticated)
        parameters = {"USERNAME": login, "PASSWORD": password, **self._hash_of(login)}
        with _mapped("AdminInitiateAuth", refusals, writes=False):
            answer: Any = self._client().admin_initiate_auth(
                UserPoolId=self._pool,
                ClientId=self._client_id,
                AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                AuthParameters=parameters,
            )
        if challenge := answer.get("ChallengeName"):
            # NEW_PASSWORD_REQUIRED: the signup was interrupted before it set the password.
            logger().warning("login challenged", extra={"challenge": challenge})
            raise NotAuthenticated
        return _tokens(answer["AuthenticationResult"])

    def refresh(self, refresh_token: str) -> Tokens:
        """Return new tokens (GetTokensFromRefreshToken, the only operation that rotates them).

        An answer without a refresh token shows that rotation is off for this client and that the
        old token stays valid. This is logged and counted. Raises RefreshTokenInvalid, and
        ConfigurationError when Cognito refuses the operation because of the client's settings.
        """
        refusals = dict.fromkeys(_REFRESH_INVALID, RefreshTokenInvalid)
        try:
            with _mapped("GetTokensFromRefreshToken", refusals):
                answer = self._client().get_tokens_from_refresh_token(
                    RefreshToken=refresh_token,
                    ClientId=self._client_id,
                    **self._own_secret(),  # type: ignore[arg-type]  # one known member
                )
        except Refused as error:
            if "rotation" in error.message.lower() or error.code == "UnsupportedOperationException":
                raise ConfigurationError(_ROTATION_OFF) from error
            raise
        tokens = _tokens(answer["AuthenticationResult"])
        if tokens.refresh_token is None:
            count("RefreshTokenRotationOff")
            logger().warning(_ROTATION_OFF)
        return tokens

    def revoke(self, refresh_token: str) -> None:
        """End the refresh and access tokens of one session (RevokeToken)."""
        try:
            with _mapped("RevokeToken", dict.fromkeys(_NO_SESSION, _NotThere)):
                self._client().revoke_token(
                    Token=refresh_token,
                    ClientId=self._client_id,
                    **self._own_secret(),
                )
        except _NotThere:
            return

    def sign_out_everywhere(self, user_id: str) -> None:
        """End all sessions of a user (AdminUserGlobalSignOut).

        ID tokens that were issued before stay valid until they expire.
        """
        with _mapped("AdminUserGlobalSignOut", {}):
            self._client().admin_user_global_sign_out(UserPoolId=self._pool, Username=user_id)

    def _hash_of(self, login: str) -> dict[str, str]:
        """SECRET_HASH: HMAC-SHA-256 of user name and client id under the client's secret.

        Source: Amazon Cognito developer guide, "Computing secret hash values".
        """
        secret = self._client_secret()
        if not secret:
            return {}
        text = f"{login}{self._client_id}".encode()
        digest = hmac.new(secret.encode(), text, hashlib.sha256).digest()
        return {"SECRET_HASH": base64.b64encode(digest).decode()}

    def _own_secret(self) -> dict[str, str]:
        secret = self._client_secret()
        return {"ClientSecret": secret} if secret else {}

    def _client_secret(self) -> str:
        """The secret; empty for a client without one."""
        if self._secret is None:
            with _mapped("DescribeUserPoolClient", {}, writes=False):
                answer = self._client().describe_user_pool_client(
                    UserPoolId=self._pool, ClientId=self._client_id
                )
            self._secret = str(answer["UserPoolClient"].get("ClientSecret") or "")
        return self._secret


_WRONG_SECRET = "secret hash"  # noqa: S105  # words of an error
_ROTATION_OFF = (
    "refresh token rotation is off for this user pool client: set RefreshTokenRotation "
    "(Feature ENABLED) on the client and keep ALLOW_REFRESH_TOKEN_AUTH out of its auth flows"
)


class _NotThere(Exception):
    """Cognito knows no such user or session."""


@contextmanager
def _mapped(
    operation: str, refusals: Mapping[str, type[Exception]], *, writes: bool = True
) -> Iterator[None]:
    """Turn Cognito's errors into the portal's. `refusals` are the codes that the caller handles."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in refusals and _WRONG_SECRET not in str(error).lower():
            raise refusals[code] from None
        count("UpstreamErrors", upstream=UPSTREAM)
        raise _of_code(operation, code, error, writes=writes) from error
    except (NeverConnected, ConnectTimeoutError) as error:
        count("UpstreamErrors", upstream=UPSTREAM)
        raise Unavailable(UPSTREAM, operation, type(error).__name__) from error
    except BotoCoreError as error:
        count("UpstreamErrors", upstream=UPSTREAM)
        kind: type[UpstreamError] = OutcomeUnknown if writes else Unavailable
        raise kind(UPSTREAM, operation, type(error).__name__) from error


def _of_code(operation: str, code: str, error: ClientError, *, writes: bool) -> UpstreamError:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    kind = aws_kind(COGNITO, code, status)
    if kind is None:
        kind = Kind.REFUSED
        note_unknown(UPSTREAM, operation, code, kind)
    message = str(error.response.get("Error", {}).get("Message", ""))
    made = error_type(kind, writes=writes)
    return made(UPSTREAM, operation, message, code=code, status=status)


def _sub(attributes: Any) -> str:
    return str(next(a["Value"] for a in attributes if a["Name"] == "sub"))


def _tokens(result: Any) -> Tokens:
    return Tokens(
        id_token=str(result["IdToken"]),
        expires_in=int(result["ExpiresIn"]),
        refresh_token=result.get("RefreshToken"),
    )
