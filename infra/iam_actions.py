"""The IAM actions for the endpoint table's terms, such as reading, writing and sending.

The module does not import the CDK, so that tests can use it quickly.
"""

from __future__ import annotations

TABLE_READ = ("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query")
TABLE_SCAN = ("dynamodb:Scan",)
TABLE_WRITE = (
    *TABLE_READ,
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:ConditionCheckItem",
)
QUEUE_SEND = ("sqs:SendMessage",)
# What an event source mapping needs (Lambda developer guide, SQS execution role permissions) …
QUEUE_LENGTH = ("sqs:GetQueueAttributes",)
QUEUE_CONSUME = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
# … and what a consumer needs that postpones its own retries.
QUEUE_BACK_OFF = ("sqs:ChangeMessageVisibility",)
SECRET_READ = ("secretsmanager:GetSecretValue",)
# Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC".
NETWORK_INTERFACES = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)
