"""The credentials of one run.

They are made for this machine and are valid only for its emulators. Credentials of another
upstream come from the developer's `*_SECRET_JSON`.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from local.demo.people import PASSWORD
from local.emulators.esim_access.emulator import ACCESS_CODE, SECRET_KEY
from local.stack.settings import Settings

CONSUMER_KEY = "local-consumer-key"
CONSUMER_SECRET = "local-consumer-secret"
INTEGRATION_USER = "integration@portal.example"
WHMCS_CREDENTIALS = {"identifier": "local-identifier", "secret": "local-secret"}
WEBHOOK_SECRET = "whsec_bG9jYWwtd2ViaG9vay1zZWNyZXQtMjQ="
WEBHOOK_TOKEN = "local-webhook-token"
SIGNING_KEY_ID = "local-1"
RSA_BITS = 2048


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """The credentials; `values` are the JSON objects of all secrets by name."""

    values: dict[str, dict[str, Any]]
    salesforce_public_key: str
    signing_key: str


def credentials(settings: Settings) -> Credentials:
    """Return this machine's credentials with the secrets that `settings` replaces."""
    private, public = jwt_key_pair(settings.root / "salesforce-jwt.pem")
    signing_key = _signing_key(settings.root / "signing-key")
    values: dict[str, dict[str, Any]] = {
        "salesforce": {
            "consumerKey": CONSUMER_KEY,
            "username": INTEGRATION_USER,
            "privateKey": private,
        },
        "whmcs": {**WHMCS_CREDENTIALS},
        "esim": (
            {"project": "portal-local", "token": "local-gigs-token"}
            if settings.esim_provider == "gigs"
            else {"accessCode": ACCESS_CODE, "secretKey": SECRET_KEY}
        ),
        "mail": {"apiKey": "SG.local"},
        "smoke": {"password": PASSWORD},
        "signing": {"keys": {SIGNING_KEY_ID: signing_key}},
        "esim_webhook": (
            {"signingSecret": WEBHOOK_SECRET}
            if settings.esim_provider == "gigs"
            else {"pathToken": WEBHOOK_TOKEN}
        ),
    }
    return Credentials(
        values={**values, **settings.secrets},
        salesforce_public_key=public,
        signing_key=signing_key,
    )


def jwt_key_pair(file: Path) -> tuple[str, str]:
    """Return private and public PEM for Salesforce's JWT bearer flow, made once per machine."""
    if not file.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
        _write_privately(
            file,
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
        )
    private = file.read_bytes()
    public = serialization.load_pem_private_key(private, password=None).public_key()
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), pem.decode()


def _signing_key(file: Path) -> str:
    if not file.exists():
        _write_privately(file, secrets.token_hex(32).encode())
    return file.read_text()


def _write_privately(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(content)


def store(secretsmanager: Any, ids: dict[str, str], values: dict[str, dict[str, Any]]) -> None:
    """Write each value into the secret with that name, as `make secrets` does in AWS."""
    for name, value in values.items():
        if name in ids:
            secretsmanager.put_secret_value(SecretId=ids[name], SecretString=json.dumps(value))
