"""Logins: JWT bearer, client credentials, the life of a session."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from local.emulators.kit.server import Running
from tests.emulators.salesforce.org_client import KEY, PATH, SECRET, USERNAME, OrgClient, error

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def app(server: Running, key: rsa.RSAPrivateKey) -> Running:
    pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    app = {"consumerKey": KEY, "publicKeyPem": pem.decode(), "usernames": [USERNAME]}
    server.emulator.seed({"connectedApps": [app]})
    return server


def post(server: Running, **form: str) -> requests.Response:
    return requests.post(f"{server.url}/services/oauth2/token", data=form, timeout=5)


def login(server: Running, key: rsa.RSAPrivateKey, **changes: Any) -> requests.Response:
    claims = {
        "iss": KEY,
        "sub": USERNAME,
        "aud": "https://login.salesforce.com",
        "exp": int(time.time()) + 180,
        **changes,
    }
    return post(server, grant_type=GRANT, assertion=jwt.encode(claims, key, algorithm="RS256"))


def limits(server: Running, authorization: str | None) -> requests.Response:
    headers = {} if authorization is None else {"Authorization": authorization}
    return requests.get(f"{server.url}{PATH}/limits", headers=headers, timeout=5)


def test_jwt_bearer(app: Running, key: rsa.RSAPrivateKey) -> None:
    answer = login(app, key)
    body = answer.json()
    assert answer.status_code == 200
    assert set(body) == {"access_token", "scope", "instance_url", "id", "token_type"}
    assert body["instance_url"] == app.url
    assert limits(app, f"Bearer {body['access_token']}").status_code == 200
    again = login(app, key, aud=app.url, exp=str(int(time.time()) + 180))
    assert again.json()["access_token"] == body["access_token"]


@pytest.mark.parametrize(
    ("changes", "name", "description"),
    [
        ({"iss": "stranger"}, "invalid_client_id", "client identifier invalid"),
        ({"aud": "https://example.com"}, "invalid_grant", "audience is invalid"),
        ({"sub": "nobody@x.example"}, "invalid_grant", "user hasn't approved this consumer"),
        ({"exp": int(time.time()) - 600}, "invalid_grant", "expired authorization code"),
        ({"exp": None}, "invalid_grant", "invalid assertion"),
    ],
)
def test_jwt_refused(
    app: Running,
    key: rsa.RSAPrivateKey,
    changes: dict[str, Any],
    name: str,
    description: str,
) -> None:
    answer = login(app, key, **changes)
    assert answer.status_code == 400
    assert answer.json() == {"error": name, "error_description": description}


def test_jwt_of_another_key_or_algorithm_is_refused(app: Running) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert login(app, stranger).json()["error_description"] == "invalid assertion"
    forged = jwt.encode({"iss": KEY, "sub": USERNAME}, "x" * 32, algorithm="HS256")
    answer = post(app, grant_type=GRANT, assertion=forged)
    assert answer.json()["error_description"] == "invalid assertion"
    assert post(app, grant_type=GRANT, assertion="no.jwt").status_code == 400


def test_client_credentials_in_the_body(org: OrgClient) -> None:
    form = {"grant_type": "client_credentials", "client_id": KEY, "client_secret": SECRET}
    body = post(org.server, **form).json()
    assert {"signature", "issued_at", "api_instance_url"} <= set(body)
    wrong = post(org.server, **{**form, "client_secret": "x"})
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_client")
    unknown = post(org.server, **{**form, "client_id": "x"})
    assert unknown.json()["error"] == "invalid_client_id"
    other = post(org.server, grant_type="password")
    assert other.json()["error"] == "unsupported_grant_type"


def test_session_lives_while_it_is_used(org: OrgClient) -> None:
    org.switch(session_seconds=100)
    for _ in range(3):
        org.advance(60)
        assert org.call("GET", "limits").status_code == 200
    org.advance(101)
    expected = (401, "INVALID_SESSION_ID", "Session expired or invalid")
    assert error(org.call("GET", "limits")) == expected


def test_session_can_be_killed_and_opened_again(org: OrgClient) -> None:
    org.switch(kill_sessions=True)
    assert org.call("GET", "limits").status_code == 401
    form = {"grant_type": "client_credentials", "client_id": KEY, "client_secret": SECRET}
    token = post(org.server, **form).json()["access_token"]
    assert token != org.token
    assert OrgClient(org.server, token).call("GET", "limits").status_code == 200


def test_every_session_can_be_rejected(org: OrgClient) -> None:
    org.switch(reject_sessions=True)
    assert error(org.call("GET", "limits"))[:2] == (401, "INVALID_SESSION_ID")
    org.switch(reject_sessions=False)
    assert org.call("GET", "limits").status_code == 200


def test_revoked_and_missing_tokens(org: OrgClient) -> None:
    assert error(limits(org.server, None))[:2] == (401, "INVALID_SESSION_ID")
    assert error(limits(org.server, "Basic eDp5"))[:2] == (401, "INVALID_AUTH_HEADER")
    url = f"{org.server.url}/services/oauth2/revoke"
    assert requests.post(url, data={"token": org.token}, timeout=5).status_code == 200
    assert org.call("GET", "limits").status_code == 401
    assert requests.post(url, data={"token": org.token}, timeout=5).status_code == 400
