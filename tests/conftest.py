"""What all tests share: an environment without AWS, and no state between tests."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from portal import aws
from portal.observability import logger

from bench import quick_botocore

REGION = "ap-northeast-1"


@pytest.fixture(scope="session", autouse=True)
def quick_clients() -> None:
    """Sessions of boto3 are forgotten after each test; what they have read of files is not."""
    quick_botocore.quicken()


@pytest.fixture(autouse=True)
def clean_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Credentials that reach nothing, a region, and caches emptied afterwards."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "test",
        "POWERTOOLS_METRICS_NAMESPACE": "Portal",
        "STAGE": "test",
        "CORS_ORIGINS": "https://portal.example",
    }.items():
        monkeypatch.setenv(name, value)
    yield
    aws.forget_clients()
    logger.cache_clear()
    # Powertools configures a standard logger once by name, with the stdout of that moment.
    logging.Logger.manager.loggerDict.pop("test", None)
