"""An environment in which every composition root can be built but no system can be reached."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from infra.endpoint_model import Endpoint
from infra.endpoints import ENDPOINTS

AWS = {
    "AWS_ACCESS_KEY_ID": "benchmark",
    "AWS_SECRET_ACCESS_KEY": "benchmark",
    "AWS_SESSION_TOKEN": "benchmark",
    "AWS_DEFAULT_REGION": "ap-northeast-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
# Values that must be valid: numbers, choices and names that are looked up.
VALUES = {
    "CORS_ORIGINS": "https://portal.example",
    "EMAIL_TRANSPORT": "sendgrid",
    "ESIM_PROVIDER": "gigs",
    "PASSWORD_MIN_LENGTH": "10",
    "PASSWORD_REQUIRE_DIGITS": "true",
    "PASSWORD_REQUIRE_LOWERCASE": "true",
    "PASSWORD_REQUIRE_SYMBOLS": "false",
    "PASSWORD_REQUIRE_UPPERCASE": "true",
    "PORTAL_CURRENCY": "JPY",
    "ORDER_CANCELLED_STATUS": "Cancelled",
    "PORTAL_TIME_ZONE": "Asia/Tokyo",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "POWERTOOLS_METRICS_NAMESPACE": "Portal",
    "PROVISION_MAX_RETRIES": "7",
    "PROVISION_NEEDS_APPROVAL": "true",
    "PROVISION_PATIENCE_HOURS": "24",
    "RATE_LIMITS": "",
    "REFRESH_COOKIE_DOMAIN": "",
    "REFRESH_COOKIE_SAMESITE": "Strict",
    "REFRESH_COOKIE_SECURE": "true",
    "REFRESH_TOKEN_DAYS": "30",
    "SALESFORCE_API_VERSION": "63.0",
    "SMTP_AUTHENTICATION": "true",
    "SMTP_PORT": "587",
}


def environment_of(endpoint: Endpoint) -> dict[str, str]:
    """Return the variables that the endpoint gets in AWS, with invalid credentials."""
    return {**AWS, **{name: _value(name) for name in endpoint.environment}}


@contextmanager
def everything() -> Iterator[None]:
    """Set the variables of all endpoints in this process, and discard the logs."""
    names = {name: value for e in ENDPOINTS for name, value in environment_of(e).items()}
    nowhere = Path(os.devnull)
    with (
        patch.dict(os.environ, names),
        nowhere.open("w", encoding="utf-8") as stream,
        redirect_stdout(stream),
    ):
        yield


def _value(name: str) -> str:
    if name in VALUES:
        return VALUES[name]
    if name.endswith("_URL"):
        return "https://upstream.invalid/api"
    return "1" if name.endswith("_FIELD_ID") else name.lower()
