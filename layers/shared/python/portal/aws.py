"""AWS clients, which are created on first use and kept per execution environment.

Their timeouts are much shorter than a Lambda's. DynamoDB answers in milliseconds, so repeating a
request that hangs is faster than waiting for it.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

CONNECT_SECONDS = 2.0
ATTEMPTS = 3


def _client(service: str, *, read_seconds: float) -> Any:
    # Importing boto3 takes about 0.1 s, so it is imported on first use.
    import boto3
    import botocore
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        # Without a text botocore composes one twice for every request.
        user_agent=f"Boto3/{boto3.__version__} Botocore/{botocore.__version__} portal",
    )
    return boto3.client(service, config=config)  # type: ignore[call-overload]  # service by name


@functools.cache
def dynamodb() -> DynamoDBClient:
    """Return the DynamoDB client."""
    client: DynamoDBClient = _client("dynamodb", read_seconds=3.0)
    return client


@functools.cache
def sqs() -> SQSClient:
    """Return the SQS client."""
    client: SQSClient = _client("sqs", read_seconds=4.0)
    return client


@functools.cache
def cognito() -> CognitoIdentityProviderClient:
    """Return the client for Cognito user pools."""
    client: CognitoIdentityProviderClient = _client("cognito-idp", read_seconds=5.0)
    return client


@functools.cache
def secretsmanager() -> SecretsManagerClient:
    """Return the Secrets Manager client."""
    client: SecretsManagerClient = _client("secretsmanager", read_seconds=4.0)
    return client


def forget_clients() -> None:
    """Drop all cached clients. Tests call this between mocked accounts."""
    for factory in (dynamodb, sqs, cognito, secretsmanager):
        factory.cache_clear()
