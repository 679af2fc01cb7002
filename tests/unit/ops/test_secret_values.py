"""Values of secrets: asked for, merged, rotated, never lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.vocabulary import Secret
from ops.secret_values import FIELDS, SecretValues, fill
from tests.conftest import REGION


@pytest.fixture
def values() -> Iterator[SecretValues]:
    with mock_aws():
        client = boto3.client("secretsmanager", region_name=REGION)
        for secret in Secret:
            client.create_secret(Name=f"portal/dev/{secret.value}", SecretString="generated")
        yield SecretValues(client, "dev")


def answers(**given: str) -> Any:
    return lambda text: given.get(text.split()[1], "")


def test_what_is_answered_is_written_and_the_rest_is_kept(values: SecretValues) -> None:
    assert fill(values, Secret.WHMCS, answers(identifier="id", secret="one"))
    assert fill(values, Secret.WHMCS, answers(secret="two"))
    assert values.read(Secret.WHMCS) == {"identifier": "id", "secret": "two"}


def test_no_answer_writes_nothing(values: SecretValues) -> None:
    assert not fill(values, Secret.SENDGRID, answers())
    assert values.read(Secret.SENDGRID) == {}


def test_the_private_key_is_read_from_its_file(values: SecretValues, tmp_path: Path) -> None:
    pem = tmp_path / "key.pem"
    pem.write_text("-----BEGIN PRIVATE KEY-----\n")
    fill(values, Secret.SALESFORCE, answers(privateKey=str(pem)))
    assert values.read(Secret.SALESFORCE)["privateKey"] == pem.read_text()
    with pytest.raises(OSError, match=r"nowhere\.pem"):
        fill(values, Secret.SALESFORCE, answers(privateKey=str(tmp_path / "nowhere.pem")))


def test_keys_rotate_without_a_moment_without_one(values: SecretValues) -> None:
    first = values.add_signing_key("k1")
    with pytest.raises(ValueError, match="only signing key"):
        values.remove_signing_key("k1")
    second = values.add_signing_key("k2")
    assert values.read(Secret.SIGNING) == {"keys": {"k1": first, "k2": second}}
    with pytest.raises(ValueError, match="choose another"):
        values.add_signing_key("k2")
    values.remove_signing_key("k1")
    assert values.read(Secret.SIGNING) == {"keys": {"k2": second}}
    assert len(second) == 64


def test_every_upstream_is_asked_for() -> None:
    assert {*FIELDS, Secret.SIGNING} == set(Secret)


def test_the_esim_secret_takes_the_credentials_of_either_provider(values: SecretValues) -> None:
    assert fill(values, Secret.ESIM, answers(accessCode="code", secretKey="key"))
    assert values.read(Secret.ESIM) == {"accessCode": "code", "secretKey": "key"}
    asked: list[str] = []

    def nothing(text: str) -> str:
        asked.append(text)
        return ""

    assert not fill(values, Secret.ESIM, nothing)
    assert sum("ESIM_PROVIDER=gigs" in text for text in asked) == 2
    assert sum("ESIM_PROVIDER=esim_access" in text for text in asked) == 2
