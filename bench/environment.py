"""An environment in which every composition root can be built but no system can be reached."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from infra.config import SETTINGS, Config
from infra.endpoint_model import Endpoint
from infra.endpoints import ENDPOINTS

AWS = {
    "AWS_ACCESS_KEY_ID": "benchmark",
    "AWS_SECRET_ACCESS_KEY": "benchmark",
    "AWS_SESSION_TOKEN": "benchmark",
    "AWS_DEFAULT_REGION": "ap-northeast-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
UPSTREAM = "https://upstream.invalid/api"
# A stage with the defaults: a new setting needs nothing here, unless it has none.
CONFIG = Config(
    stage="bench",
    cors_origins=("https://portal.example",),
    portal_web_url="https://portal.example",
    salesforce_url=UPSTREAM,
    whmcs_api_url=UPSTREAM,
    whmcs_payment_method="stripe",
    whmcs_customer_number_field_id=1,
    whmcs_date_of_birth_field_id=2,
    whmcs_gender_field_id=3,
    whmcs_nationality_field_id=4,
    esim_provider="gigs",
    esim_api_url=UPSTREAM,
    email_from="portal@portal.example",
    email_from_name="Portal",
)


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
    if name in SETTINGS:
        return CONFIG.variable(name)
    return UPSTREAM if name.endswith("_URL") else name.lower()
