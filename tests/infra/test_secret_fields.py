"""What a stage's secrets must hold follows from its configuration."""

from __future__ import annotations

from pathlib import Path

import pytest
from portal.config import ESIM_PROVIDERS

from infra.config import load_config
from infra.resource_names import Secret
from infra.secret_fields import ESIM, ESIM_WEBHOOK, secret_fields
from tests.infra.settings import plain

SANDBOX = "https://example--dev.sandbox.my.salesforce.com"
NEEDED: list[tuple[Secret, dict[str, str], set[str]]] = [
    (Secret.SALESFORCE, {}, {"consumerKey", "username", "privateKey"}),
    (
        Secret.SALESFORCE,
        {"SALESFORCE_URL": SANDBOX},
        {"consumerKey", "username", "privateKey", "audience"},
    ),
    (
        Secret.SALESFORCE,
        {"SALESFORCE_LOGIN": "client-credentials", "SALESFORCE_URL": SANDBOX},
        {"consumerKey", "consumerSecret"},
    ),
    (Secret.WHMCS, {}, {"identifier", "secret", "accessKey"}),
    (Secret.ESIM, {}, {"project", "token"}),
    (Secret.ESIM_WEBHOOK, {}, {"signingSecret", "previousSigningSecret"}),
    (
        Secret.ESIM_WEBHOOK,
        {"ESIM_PROVIDER": "esim_access", "ESIM_API_URL": "https://api.esimaccess.com"},
        {"pathToken"},
    ),
    (Secret.MAIL, {}, {"apiKey"}),
    (
        Secret.MAIL,
        {"EMAIL_TRANSPORT": "smtp", "SMTP_HOST": "mail.example.com"},
        {"username", "password"},
    ),
    (
        Secret.MAIL,
        {
            "EMAIL_TRANSPORT": "smtp",
            "SMTP_HOST": "mail.example.com",
            "SMTP_AUTHENTICATION": "false",
        },
        set(),
    ),
]


@pytest.mark.parametrize(("secret", "settings", "names"), NEEDED)
def test_what_is_asked_for_is_what_the_configuration_needs(
    tmp_path: Path, secret: Secret, settings: dict[str, str], names: set[str]
) -> None:
    config = load_config({**plain(tmp_path), **settings}, directory=tmp_path)
    assert {field.name for field in secret_fields(config)[secret]} == names


def test_every_secret_but_the_signing_keys_is_asked_for(tmp_path: Path) -> None:
    config = load_config(plain(tmp_path), directory=tmp_path)
    assert {*secret_fields(config), Secret.SIGNING} == set(Secret)
    assert set(ESIM_PROVIDERS) <= set(ESIM)
    assert set(ESIM_PROVIDERS) <= set(ESIM_WEBHOOK)
