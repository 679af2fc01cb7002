"""Secrets Manager secrets, created without a value."""

from __future__ import annotations

from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.components.nag import acknowledge
from infra.components.retention import removal_policy


def create_empty_secret(
    scope: Construct, id_: str, *, name: str, description: str, retain: bool
) -> secretsmanager.CfnSecret:
    """Create an empty secret, which an operator fills.

    The L2 construct always generates a value, and a later change of the generator's settings would
    overwrite the operator's value. CloudFormation leaves a secret without either property empty
    and never changes its value (CloudFormation reference, AWS::SecretsManager::Secret).
    """
    secret = secretsmanager.CfnSecret(scope, id_, name=name, description=description)
    secret.apply_removal_policy(removal_policy(retain=retain))
    acknowledge(
        secret,
        "AwsSolutions-SMG4",
        "The value is issued by the system at the other end, which offers no rotation API; the "
        "runbook rotates it by hand, and two signing keys can be live at once.",
    )
    return secret
