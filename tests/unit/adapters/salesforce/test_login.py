"""Logging in: exact requests, what each refusal means, and a secret that was rotated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
import responses
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from portal.adapters.salesforce.login import Login
from portal.config import ConfigurationError
from portal.domain.upstream import Throttled, Unauthorized, Unavailable, UpstreamError

from local.emulators.kit.server import Running, running
from local.emulators.salesforce.app import SalesforceEmulator
from tests.fakes.rotating_secret import RotatingSecret

ORG = "https://acme.my.salesforce.example"
TOKEN = f"{ORG}/services/oauth2/token"
CLIENT = {"consumerKey": "key", "consumerSecret": "shh"}


def key_pair() -> tuple[str, str]:
    """Private and public key, PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


@pytest.fixture(scope="module")
def org() -> Iterator[Running]:
    with running(SalesforceEmulator()) as server:
        yield server


def login(*versions: dict[str, Any], url: str = ORG) -> tuple[Login, RotatingSecret]:
    secret = RotatingSecret(*versions)
    return Login(url=url, secret=secret), secret


@responses.activate
def test_client_credentials_go_in_the_body() -> None:
    responses.post(TOKEN, json={"access_token": "00Dsession"})
    assert login(CLIENT, url=f"{ORG}/")[0].token() == "00Dsession"
    sent = responses.calls[0].request
    assert parse_qs(str(sent.body)) == {
        "grant_type": ["client_credentials"],
        "client_id": ["key"],
        "client_secret": ["shh"],
    }
    assert "Authorization" not in sent.headers


@pytest.mark.parametrize("audience", [None, "https://test.salesforce.com"])
def test_jwt_bearer_is_accepted_by_the_org(org: Running, audience: str | None) -> None:
    private, public = key_pair()
    user = "integration@portal.example"
    org.emulator.reset()
    org.emulator.seed(
        {"connectedApps": [{"consumerKey": "key", "publicKeyPem": public, "usernames": [user]}]}
    )
    org.emulator.set_switches({"audiences": [audience or "https://login.salesforce.com"]})
    document = {"consumerKey": "key", "username": user, "privateKey": private}
    if audience:
        document["audience"] = audience
    assert login(document, url=org.url)[0].token().startswith("00D")


@responses.activate
def test_a_rotated_secret_is_read_again_once() -> None:
    responses.post(TOKEN, status=400, json={"error": "invalid_client"})
    responses.post(TOKEN, json={"access_token": "new"})
    fetcher, secret = login(CLIENT, {**CLIENT, "consumerSecret": "rotated"})
    assert fetcher.token() == "new"
    assert secret.refreshes == 1
    assert parse_qs(str(responses.calls[1].request.body))["client_secret"] == ["rotated"]


@responses.activate
def test_the_same_credentials_are_not_sent_twice() -> None:
    responses.post(TOKEN, status=400, json={"error": "invalid_grant", "error_description": "no"})
    fetcher, secret = login(CLIENT)
    with pytest.raises(Unauthorized) as caught:
        fetcher.token()
    assert (caught.value.code, caught.value.message) == ("invalid_grant", "no")
    assert (secret.refreshes, len(responses.calls)) == (1, 1)


@pytest.mark.parametrize("name", ["client_secret", "assertion"])
@responses.activate
def test_nobody_is_told_what_opens_a_session(name: str) -> None:
    def quoting(request: Any) -> tuple[int, dict[str, str], str]:
        (said,) = parse_qs(request.body)[name]
        body = {"error": "invalid_grant", "error_description": f"{said} is not the one of key"}
        return 400, {}, json.dumps(body)

    responses.add_callback("POST", TOKEN, quoting)
    jwt_bearer = {"consumerKey": "key", "username": "user@x.example", "privateKey": PRIVATE}
    fetcher, _ = login(CLIENT if name == "client_secret" else jwt_bearer)
    with pytest.raises(Unauthorized) as caught:
        fetcher.token()
    assert caught.value.message == caught.value.loggable == "*** is not the one of key"


@responses.activate
def test_a_rotated_secret_that_is_refused_too_ends_it() -> None:
    responses.post(TOKEN, status=401, json={"error": "invalid_client"})
    fetcher, secret = login(CLIENT, {**CLIENT, "consumerSecret": "also wrong"})
    with pytest.raises(Unauthorized):
        fetcher.token()
    assert (secret.refreshes, len(responses.calls)) == (1, 2)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"status": 503, "body": "<html>maintenance</html>"}, Unavailable),
        ({"status": 200, "body": "<html>log in</html>"}, Unavailable),
        ({"status": 200, "body": ""}, Unavailable),
        ({"status": 200, "json": {"token_type": "Bearer"}}, Unavailable),
        ({"status": 200, "json": []}, Unavailable),
        ({"status": 302, "headers": {"Location": "https://evil.example/"}}, Unavailable),
        ({"status": 500, "json": {"error": "server_error"}}, Unavailable),
        ({"status": 400, "json": {"error": "unknown_error"}}, Unavailable),
        ({"status": 400, "json": {"error": "rate_limit_exceeded"}}, Throttled),
        ({"status": 429, "headers": {"Retry-After": "9"}}, Throttled),
        ({"body": requests.ReadTimeout("slow")}, Unavailable),
        ({"body": requests.ConnectionError("gone")}, Unavailable),
        ({"status": 400, "json": {"error": "inactive_user"}}, Unauthorized),
    ],
)
@responses.activate
def test_each_failure_is_named(answer: dict[str, Any], kind: type[UpstreamError]) -> None:
    responses.post(TOKEN, **answer)
    fetcher, _ = login(CLIENT)
    with pytest.raises(UpstreamError) as caught:
        fetcher.token()
    assert type(caught.value) is kind
    assert len(responses.calls) == 1


PRIVATE, _ = key_pair()


@pytest.mark.parametrize(
    ("document", "missing"),
    [
        ({}, "privateKey or consumerSecret"),
        ({"consumerKey": "k"}, "privateKey or consumerSecret"),
        ({"consumerSecret": "s"}, "consumerKey"),
        ({"consumerKey": "", "consumerSecret": "s"}, "consumerKey"),
        ({"privateKey": PRIVATE, "username": "u"}, "consumerKey"),
        ({"privateKey": PRIVATE, "consumerKey": "k"}, "username"),
        ({"privateKey": "hunter2", "consumerKey": "k", "username": "u"}, "privateKey"),
    ],
)
def test_an_unusable_secret_says_what_is_missing(document: dict[str, Any], missing: str) -> None:
    with pytest.raises(ConfigurationError, match=missing) as caught:
        login(document)[0].token()
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
