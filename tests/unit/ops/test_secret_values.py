"""Values of secrets: asked for, merged, rotated, never lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.config import load_config
from infra.resource_names import Secret
from infra.secret_fields import SecretField, secret_fields
from ops.secret_values import IncompleteSecretError, SecretValues, fill
from tests.conftest import REGION
from tests.infra.settings import plain


@pytest.fixture
def values() -> Iterator[SecretValues]:
    with mock_aws():
        client = boto3.client("secretsmanager", region_name=REGION)
        for secret in Secret:
            client.create_secret(Name=f"portal/dev/{secret.value}", SecretString="generated")
        yield SecretValues(client, "dev")


def answers(**given: str) -> Any:
    return lambda text: given.get(text.split()[1], "")


def fields(tmp_path: Path, secret: Secret, **settings: str) -> tuple[SecretField, ...]:
    """What is asked for where the configuration says so."""
    config = load_config({**plain(tmp_path), **settings}, directory=tmp_path)
    return secret_fields(config)[secret]


def test_what_is_answered_is_written_and_the_rest_is_kept(
    values: SecretValues, tmp_path: Path
) -> None:
    wanted = fields(tmp_path, Secret.WHMCS)
    assert fill(values, Secret.WHMCS, wanted, answers(identifier="id", secret="one"))
    assert fill(values, Secret.WHMCS, wanted, answers(secret="two"))
    assert values.read(Secret.WHMCS) == {"identifier": "id", "secret": "two"}
    assert not fill(values, Secret.WHMCS, wanted, answers())


def test_an_incomplete_secret_is_not_written(values: SecretValues, tmp_path: Path) -> None:
    smtp = fields(tmp_path, Secret.MAIL, EMAIL_TRANSPORT="smtp", SMTP_HOST="mail.example.com")
    with pytest.raises(IncompleteSecretError, match="portal/dev/mail was not written: password"):
        fill(values, Secret.MAIL, smtp, answers(username="portal"))
    assert values.read(Secret.MAIL) == {}
    assert fill(values, Secret.MAIL, smtp, answers(username="portal", password="hunter2"))
    assert values.read(Secret.MAIL) == {"username": "portal", "password": "hunter2"}


def test_what_another_login_or_transport_left_is_removed(
    values: SecretValues, tmp_path: Path
) -> None:
    values.write(Secret.SALESFORCE, {"consumerKey": "key", "privateKey": "old"})
    wanted = fields(tmp_path, Secret.SALESFORCE, SALESFORCE_LOGIN="client-credentials")
    assert fill(values, Secret.SALESFORCE, wanted, answers(consumerSecret="new"))
    assert values.read(Secret.SALESFORCE) == {"consumerKey": "key", "consumerSecret": "new"}


def test_a_sandbox_gets_its_audience_by_itself(values: SecretValues, tmp_path: Path) -> None:
    pem = tmp_path / "key.pem"
    pem.write_text("-----BEGIN PRIVATE KEY-----\n")
    given = answers(consumerKey="key", username="portal@example.com", privateKey=str(pem))
    wanted = fields(
        tmp_path, Secret.SALESFORCE, SALESFORCE_URL="https://example--dev.sandbox.my.salesforce.com"
    )
    assert fill(values, Secret.SALESFORCE, wanted, given)
    assert values.read(Secret.SALESFORCE)["audience"] == "https://test.salesforce.com"


def test_the_private_key_is_read_from_its_file(values: SecretValues, tmp_path: Path) -> None:
    pem = tmp_path / "key.pem"
    pem.write_text("-----BEGIN PRIVATE KEY-----\n")
    wanted = fields(tmp_path, Secret.SALESFORCE)
    given = {"consumerKey": "key", "username": "portal@example.com"}
    fill(values, Secret.SALESFORCE, wanted, answers(**given, privateKey=str(pem)))
    assert values.read(Secret.SALESFORCE)["privateKey"] == pem.read_text()
    absent = str(tmp_path / "nowhere.pem")
    with pytest.raises(OSError, match=r"nowhere\.pem"):
        fill(values, Secret.SALESFORCE, wanted, answers(**given, privateKey=absent))


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


def test_the_secret_address_is_made_and_told_once(values: SecretValues, tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []
    wanted = fields(
        tmp_path,
        Secret.ESIM_WEBHOOK,
        ESIM_PROVIDER="esim_access",
        ESIM_API_URL="https://api.esimaccess.com",
    )

    def tell(name: str, value: str) -> None:
        told.append((name, value))

    assert fill(values, Secret.ESIM_WEBHOOK, wanted, answers(), tell)
    ((name, value),) = told
    assert name == "pathToken"
    assert len(value) > 40
    assert values.read(Secret.ESIM_WEBHOOK) == {"pathToken": value}
    assert not fill(values, Secret.ESIM_WEBHOOK, wanted, answers(), tell)
    assert len(told) == 1


def test_a_stage_without_webhooks_is_complete(values: SecretValues, tmp_path: Path) -> None:
    wanted = fields(tmp_path, Secret.ESIM_WEBHOOK)
    assert not fill(values, Secret.ESIM_WEBHOOK, wanted, answers())
    assert fill(values, Secret.ESIM_WEBHOOK, wanted, answers(signingSecret="whsec_YQ=="))
    assert values.read(Secret.ESIM_WEBHOOK) == {"signingSecret": "whsec_YQ=="}
