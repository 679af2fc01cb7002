"""Cognito: what is sent, what each error means."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    BotoCoreError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.stub import Stubber
from moto import mock_aws
from portal.adapters.cognito import CognitoUsers
from portal.config import ConfigurationError
from portal.domain.upstream import (
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
)
from portal.ports.users import (
    NotAuthenticated,
    PasswordNotAccepted,
    RefreshTokenInvalid,
    UserExists,
)

from tests.conftest import REGION

POOL = "ap-northeast-1_pool"
CLIENT = "1clientid"
SUB = "0f1e2d3c-0000-4000-8000-000000000001"
RESULT = {"IdToken": "id", "AccessToken": "access", "ExpiresIn": 900, "RefreshToken": "next"}


@pytest.fixture
def stub() -> Iterator[Stubber]:
    client = boto3.client("cognito-idp", region_name=REGION)
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def users(stub: Stubber) -> CognitoUsers:
    client: Any = stub.client
    return CognitoUsers(
        user_pool_id=POOL, client_id=CLIENT, client_secret="", client=lambda: client
    )


def test_a_user_is_made_without_mail_and_with_nothing_but_the_address(
    stub: Stubber, users: CognitoUsers
) -> None:
    stub.add_response(
        "admin_create_user",
        {
            "User": {
                "Username": SUB,
                "Attributes": [
                    {"Name": "email", "Value": "a@example.com"},
                    {"Name": "sub", "Value": SUB},
                ],
                "UserCreateDate": dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
            }
        },
        {
            "UserPoolId": POOL,
            "Username": "a@example.com",
            "UserAttributes": [{"Name": "email", "Value": "a@example.com"}],
            "MessageAction": "SUPPRESS",
        },
    )
    assert users.create("a@example.com") == SUB


def test_login_refresh_and_revoke_send_exactly_this(stub: Stubber, users: CognitoUsers) -> None:
    stub.add_response(
        "admin_initiate_auth",
        {"AuthenticationResult": RESULT},
        {
            "UserPoolId": POOL,
            "ClientId": CLIENT,
            "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": "a@example.com", "PASSWORD": "secret"},
        },
    )
    stub.add_response(
        "get_tokens_from_refresh_token",
        {"AuthenticationResult": RESULT},
        {"RefreshToken": "old", "ClientId": CLIENT},
    )
    stub.add_response("revoke_token", {}, {"Token": "next", "ClientId": CLIENT})
    tokens = users.authenticate("a@example.com", "secret")
    assert (tokens.id_token, tokens.expires_in, tokens.refresh_token) == ("id", 900, "next")
    assert "id" not in repr(tokens).partition("Tokens")[2]
    assert users.refresh("old").refresh_token == "next"
    users.revoke("next")


@pytest.mark.parametrize(
    "code",
    [
        "NotAuthorizedException",
        "UserNotFoundException",
        "UserNotConfirmedException",
        "PasswordResetRequiredException",
    ],
)
def test_no_login_tells_why(stub: Stubber, users: CognitoUsers, code: str) -> None:
    stub.add_client_error("admin_initiate_auth", code, "User does not exist.")
    with pytest.raises(NotAuthenticated) as caught:
        users.authenticate("a@example.com", "secret")
    assert str(caught.value) == ""


def test_a_challenge_is_no_login(stub: Stubber, users: CognitoUsers) -> None:
    challenge = {"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "x" * 20}
    stub.add_response("admin_initiate_auth", challenge)
    with pytest.raises(NotAuthenticated):
        users.authenticate("a@example.com", "secret")


@pytest.mark.parametrize(
    "code",
    ["NotAuthorizedException", "RefreshTokenReuseException", "UserNotFoundException"],
)
def test_a_refresh_token_that_is_no_good(stub: Stubber, users: CognitoUsers, code: str) -> None:
    stub.add_client_error("get_tokens_from_refresh_token", code, "Invalid Refresh Token")
    with pytest.raises(RefreshTokenInvalid):
        users.refresh("old")


def test_rotation_switched_off_is_named(
    stub: Stubber, users: CognitoUsers, capsys: pytest.CaptureFixture[str]
) -> None:
    without = {key: value for key, value in RESULT.items() if key != "RefreshToken"}
    stub.add_response("get_tokens_from_refresh_token", {"AuthenticationResult": without})
    assert users.refresh("old").refresh_token is None
    assert "rotation is off" in capsys.readouterr().out


def test_rotation_refused_is_a_configuration_error(stub: Stubber, users: CognitoUsers) -> None:
    stub.add_client_error(
        "get_tokens_from_refresh_token",
        "InvalidParameterException",
        "Refresh token rotation is not enabled for this client",
    )
    with pytest.raises(ConfigurationError, match="RefreshTokenRotation"):
        users.refresh("old")


@pytest.mark.parametrize(
    "code", ["NotAuthorizedException", "UnauthorizedException", "UnsupportedTokenTypeException"]
)
def test_revoking_what_is_no_session_is_fine(stub: Stubber, users: CognitoUsers, code: str) -> None:
    stub.add_client_error("revoke_token", code)
    users.revoke("garbage")


@pytest.mark.parametrize(
    ("operation", "code", "expected"),
    [
        ("admin_create_user", "UsernameExistsException", UserExists),
        ("admin_create_user", "TooManyRequestsException", Throttled),
        ("admin_create_user", "LimitExceededException", Throttled),
        ("admin_create_user", "InternalErrorException", OutcomeUnknown),
        ("admin_create_user", "InvalidParameterException", Refused),
        ("admin_create_user", "AccessDeniedException", Unauthorized),
        ("admin_create_user", "ResourceNotFoundException", Unauthorized),
    ],
)
def test_errors_of_creating(
    stub: Stubber, users: CognitoUsers, operation: str, code: str, expected: type[Exception]
) -> None:
    stub.add_client_error(operation, code, "words", http_status_code=400)
    with pytest.raises(expected):
        users.create("a@example.com")


def test_errors_of_reading_have_no_effect_to_doubt(stub: Stubber, users: CognitoUsers) -> None:
    stub.add_client_error("admin_get_user", "InternalErrorException", http_status_code=500)
    with pytest.raises(Unavailable):
        users.find_by_email("a@example.com")
    stub.add_client_error("admin_get_user", "UserNotFoundException")
    assert users.find_by_email("a@example.com") is None


def test_a_password_that_the_pool_refuses(stub: Stubber, users: CognitoUsers) -> None:
    stub.add_client_error("admin_set_user_password", "InvalidPasswordException", "policy")
    with pytest.raises(PasswordNotAccepted):
        users.set_password(SUB, "secret")


def test_deleting_who_is_not_there_is_fine(stub: Stubber, users: CognitoUsers) -> None:
    stub.add_client_error("admin_delete_user", "UserNotFoundException")
    users.delete(SUB)


class Broken:
    """A client whose every call fails below HTTP."""

    def __init__(self, error: BotoCoreError) -> None:
        self._error = error

    def __getattr__(self, operation: str) -> Any:
        def fail(**_: Any) -> None:
            raise self._error

        return fail


@pytest.mark.parametrize(
    ("error", "on_write", "on_read"),
    [
        (EndpointConnectionError(endpoint_url="https://x"), Unavailable, Unavailable),
        (ConnectTimeoutError(endpoint_url="https://x"), Unavailable, Unavailable),
        (ReadTimeoutError(endpoint_url="https://x"), OutcomeUnknown, Unavailable),
    ],
)
def test_no_answer(
    error: BotoCoreError, on_write: type[Exception], on_read: type[Exception]
) -> None:
    broken: Any = Broken(error)
    users = CognitoUsers(
        user_pool_id=POOL, client_id=CLIENT, client_secret="", client=lambda: broken
    )
    with pytest.raises(on_write):
        users.set_password(SUB, "secret")
    with pytest.raises(on_read):
        users.find_by_email("a@example.com")


def test_a_life_in_a_pool() -> None:
    with mock_aws():
        client = boto3.client("cognito-idp", region_name=REGION)
        pool = client.create_user_pool(PoolName="p", UsernameAttributes=["email"])["UserPool"]["Id"]
        app = client.create_user_pool_client(
            UserPoolId=pool,
            ClientName="c",
            ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        )["UserPoolClient"]["ClientId"]
        users = CognitoUsers(user_pool_id=pool, client_id=app, client=lambda: client)
        user_id = users.create("a@example.com")
        assert users.find_by_email("a@example.com") == user_id
        with pytest.raises(UserExists):
            users.create("a@example.com")
        with pytest.raises(NotAuthenticated):
            users.authenticate("a@example.com", "Secret-pass-1!")
        users.set_password(user_id, "Secret-pass-1!")
        assert users.authenticate("a@example.com", "Secret-pass-1!").id_token
        assert users.authenticate(user_id, "Secret-pass-1!").refresh_token
        users.sign_out_everywhere(user_id)
        users.delete(user_id)
        users.delete(user_id)
        with pytest.raises(NotAuthenticated):
            users.authenticate("a@example.com", "Secret-pass-1!")


# The client's secret

SECRET = "kanari-client-secret-0af3e1b7"


def describe(stub: Stubber, secret: str | None) -> None:
    found: dict[str, Any] = {"UserPoolId": POOL, "ClientId": CLIENT}
    found |= {"ClientSecret": secret} if secret else {}
    stub.add_response(
        "describe_user_pool_client",
        {"UserPoolClient": found},
        {"UserPoolId": POOL, "ClientId": CLIENT},
    )


@pytest.fixture
def confidential(stub: Stubber) -> CognitoUsers:
    """A client whose secret is not known yet."""
    client: Any = stub.client
    return CognitoUsers(user_pool_id=POOL, client_id=CLIENT, client=lambda: client)


def test_the_secret_is_asked_for_once_and_proves_every_call(
    stub: Stubber, confidential: CognitoUsers
) -> None:
    describe(stub, SECRET)
    text = f"a@example.com{CLIENT}".encode()
    digest = hmac.new(SECRET.encode(), text, hashlib.sha256).digest()
    stub.add_response(
        "admin_initiate_auth",
        {"AuthenticationResult": RESULT},
        {
            "UserPoolId": POOL,
            "ClientId": CLIENT,
            "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": {
                "USERNAME": "a@example.com",
                "PASSWORD": "pw",
                "SECRET_HASH": base64.b64encode(digest).decode(),
            },
        },
    )
    stub.add_response(
        "get_tokens_from_refresh_token",
        {"AuthenticationResult": RESULT},
        {"RefreshToken": "token", "ClientId": CLIENT, "ClientSecret": SECRET},
    )
    stub.add_response(
        "revoke_token", {}, {"Token": "next", "ClientId": CLIENT, "ClientSecret": SECRET}
    )
    confidential.authenticate("a@example.com", "pw")
    confidential.refresh("token")
    confidential.revoke("next")


def test_a_wrong_secret_is_our_mistake_and_no_wrong_password(
    stub: Stubber, confidential: CognitoUsers
) -> None:
    describe(stub, SECRET)
    text = "Unable to verify secret hash for client x"
    stub.add_client_error("admin_initiate_auth", "NotAuthorizedException", text)
    with pytest.raises(Refused):
        confidential.authenticate("a@example.com", "pw")
    stub.add_client_error("get_tokens_from_refresh_token", "NotAuthorizedException", text)
    with pytest.raises(Refused):
        confidential.refresh("token")
