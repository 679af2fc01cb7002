"""AWS clients and secrets, made on first use and kept per execution environment."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient


def _client(service: str) -> Any:
    # boto3 takes ~0.1 s to import: only Lambdas that reach AWS, at first use.
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        connect_timeout=2,
        read_timeout=8,
        retries={"mode": "standard", "total_max_attempts": 3},
    )
    return boto3.client(service, config=config)  # type: ignore[call-overload]  # service by name


@functools.cache
def dynamodb() -> DynamoDBClient:
    """The DynamoDB client."""
    client: DynamoDBClient = _client("dynamodb")
    return client


@functools.cache
def sqs() -> SQSClient:
    """The SQS client."""
    client: SQSClient = _client("sqs")
    return client


@functools.cache
def cognito() -> CognitoIdentityProviderClient:
    """The Cognito user pools client."""
    client: CognitoIdentityProviderClient = _client("cognito-idp")
    return client


@functools.cache
def secretsmanager() -> SecretsManagerClient:
    """The Secrets Manager client."""
    client: SecretsManagerClient = _client("secretsmanager")
    return client


def forget_clients() -> None:
    """Drop all cached clients; tests call this between mocked accounts."""
    for factory in (dynamodb, sqs, cognito, secretsmanager):
        factory.cache_clear()
