"""Secrets: lazily, cached, again once; and never in what is said about them."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.parameters import SecretsProvider, base
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber
from moto import mock_aws
from portal import aws
from portal.config import ConfigurationError
from portal.domain.upstream import Unavailable
from portal.secrets import CACHE_SECONDS, Secret

from tests.conftest import REGION

NAME = "portal/test/whmcs"


@pytest.fixture
def store() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("secretsmanager", region_name=REGION)
        client.create_secret(Name=NAME, SecretString=json.dumps({"secret": "one"}))
        yield client
        aws.forget_clients()


def rotate(store: Any, text: str) -> None:
    store.put_secret_value(SecretId=NAME, SecretString=text)


def test_a_secret_is_read_when_it_is_needed_and_kept(store: Any) -> None:
    secret = Secret(NAME)
    assert secret.value() == {"secret": "one"}
    rotate(store, '{"secret": "two"}')
    assert secret.value() == {"secret": "one"}
    assert secret.value(refresh=True) == {"secret": "two"}
    assert secret.value() == {"secret": "two"}


class Clock(datetime):
    """What Powertools takes for the time, once it is put in its place."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Clock:
        return super().now(tz) + cls.ahead


def test_a_secret_is_read_again_after_a_while(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "datetime", Clock)
    secret = Secret(NAME)
    secret.value()
    rotate(store, '{"secret": "two"}')
    monkeypatch.setattr(Clock, "ahead", timedelta(seconds=CACHE_SECONDS - 5))
    assert secret.value() == {"secret": "one"}
    monkeypatch.setattr(Clock, "ahead", timedelta(seconds=CACHE_SECONDS + 1))
    assert secret.value() == {"secret": "two"}


def test_two_secrets_do_not_share_a_cache(store: Any) -> None:
    first, second = Secret(NAME), Secret(NAME)
    first.value()
    rotate(store, '{"secret": "two"}')
    assert second.value() == {"secret": "two"}


def test_renewed_tells_whether_it_was_rotated(store: Any) -> None:
    secret = Secret(NAME)
    refused = secret.value()
    assert secret.renewed(refused) is None
    rotate(store, '{"secret": "two"}')
    assert secret.renewed(refused) == {"secret": "two"}


@pytest.mark.parametrize(
    ("text", "what"),
    [("hunter2, no JSON", "is not JSON"), ('["hunter2"]', "is not a JSON object")],
)
def test_what_is_no_document_is_said_without_quoting_it(store: Any, text: str, what: str) -> None:
    rotate(store, text)
    with pytest.raises(ConfigurationError, match=f"{NAME} {what}; run `make secrets`") as caught:
        Secret(NAME).value()
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_a_missing_secret_says_what_to_do(store: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"ResourceNotFoundException.*make secrets"):
        Secret("portal/test/none").value()


@pytest.mark.parametrize("value", [{}, {"a": ""}, {"a": None}, {"a": 5}])
def test_a_missing_part_is_named(value: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=f"{NAME} has no text a; run"):
        Secret(NAME).part(value, "a")


def stubbed(code: str) -> Secret:
    client = boto3.client("secretsmanager", region_name=REGION)
    stubber = Stubber(client)
    for _ in range(6):
        stubber.add_client_error("get_secret_value", code)
    stubber.activate()
    return Secret(NAME, provider=lambda: SecretsProvider(boto3_client=client))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AccessDeniedException", ConfigurationError),
        ("DecryptionFailure", ConfigurationError),
        ("InternalServiceError", Unavailable),
        ("ThrottlingException", Unavailable),
    ],
)
def test_what_may_pass_is_not_called_misconfigured(code: str, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=code):
        stubbed(code).value()


def test_an_unreachable_store_is_unavailable() -> None:
    class Unreachable:
        def get_secret_value(self, **_: Any) -> Any:
            raise EndpointConnectionError(endpoint_url="https://secrets.example")

    client: Any = Unreachable()
    secret = Secret(NAME, provider=lambda: SecretsProvider(boto3_client=client))
    with pytest.raises(Unavailable, match="EndpointConnectionError"):
        secret.value()
