"""IAM actions behind the endpoint table's words: what reading, writing, sending mean.

Free of the CDK, so that others can compare against it cheaply.
"""

from __future__ import annotations

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
