"""IAM statements for what a row of the endpoint table names: those actions, those resources."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_iam as iam

TABLE_READ = ("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query")
TABLE_WRITE = (
    *TABLE_READ,
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:ConditionCheckItem",
)
QUEUE_SEND = ("sqs:SendMessage",)
QUEUE_CONSUME = (
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibility",
    "sqs:GetQueueAttributes",
)
SECRET_READ = ("secretsmanager:GetSecretValue",)


def allow(actions: Sequence[str], resources: Sequence[str]) -> list[iam.PolicyStatement]:
    """One statement, or none when there is nothing to allow it on."""
    if not actions or not resources:
        return []
    return [iam.PolicyStatement(actions=list(actions), resources=list(resources))]
