"""The AWS account of one stage: what CloudFormation, Lambda and the others say of it.

Answers have the shapes of the services' API references. One object stands for all services, whose
operations have different names. Everything is as a deployment leaves it, until a test changes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
from botocore.exceptions import ClientError
from portal.repositories.dynamodb import to_item

from infra.config import Config
from infra.endpoints import ENDPOINTS
from infra.environment import environment_of
from infra.physical_names import PhysicalNames
from infra.queues import QUEUES
from infra.resource_names import Secret, Table
from ops.doctor.aws import secret_output
from ops.stages import Cloud

SERVICES = (
    *("cloudformation", "cloudwatch", "cognito-idp", "dynamodb", "events", "lambda"),
    *("secretsmanager", "sns", "sqs"),
)
POOL, POOL_CLIENT = "ap-northeast-1_pool", "client"
TOPIC = "arn:aws:sns:ap-northeast-1:123456789012:portal-dev-alarms"


class AwsAccount:
    """A stage with a configuration; `api_url` is where its API answers."""

    def __init__(self, config: Config, *, api_url: str, secrets: Mapping[Secret, Any]) -> None:
        names = PhysicalNames(config.stage)
        self.config = config
        self.stacks = {
            config.stack_name: "UPDATE_COMPLETE",
            config.api_stack_name: "UPDATE_COMPLETE",
            config.monitoring_stack_name: "CREATE_COMPLETE",
        }
        self.outputs = {
            "ApiUrl": api_url,
            "UserPoolId": POOL,
            "UserPoolClientId": POOL_CLIENT,
            "EgressAddresses": "203.0.113.10",
            **{f"{table.value.title()}TableName": names.table(table) for table in Table},
            **{secret_output(secret): names.secret(secret) for secret in Secret},
        }
        for row in QUEUES:
            self.outputs[f"{row.queue.camel_case}QueueUrl"] = names.queue(row.queue)
            self.outputs[f"{row.queue.camel_case}DeadLettersUrl"] = names.dead_letters(row.queue)
        self.secrets = {names.secret(name): json.dumps(value) for name, value in secrets.items()}
        self.functions = {names.function(e): self._function(e, names) for e in ENDPOINTS}
        self.mappings = {names.queue(row.queue): "Enabled" for row in QUEUES}
        self.queues = {
            name: attributes for row in QUEUES for name, attributes in _queue(row, names, config)
        }
        self.tables = {
            names.table(table): {"recovery": "ENABLED", "ttl": "expiration"} for table in Table
        }
        self.pool: dict[str, Any] = {
            "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True},
            "MfaConfiguration": "OFF",
            "Policies": {
                "PasswordPolicy": {
                    "MinimumLength": config.password_min_length,
                    "RequireLowercase": config.password_require_lowercase,
                    "RequireUppercase": config.password_require_uppercase,
                    "RequireNumbers": config.password_require_digits,
                    "RequireSymbols": config.password_require_symbols,
                }
            },
        }
        self.pool_client: dict[str, Any] = {
            "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
            "RefreshTokenRotation": {"Feature": "ENABLED"},
            "PreventUserExistenceErrors": "ENABLED",
        }
        self.alarms: list[dict[str, Any]] = [
            {
                "AlarmName": f"{names.prefix}-ApiServerErrors",
                "ActionsEnabled": True,
                "AlarmActions": [TOPIC],
                "StateValue": "OK",
            }
        ]
        self.subscriptions = [{"Protocol": "email", "SubscriptionArn": f"{TOPIC}:1"}]
        self.rules = {
            names.function(e): "ENABLED" for e in ENDPOINTS if e.every_minutes is not None
        }
        self.items: list[dict[str, Any]] = []

    @property
    def cloud(self) -> Cloud:
        """The account as the operator's tools reach it."""
        return Cloud(boto3.session.Session(), None, dict.fromkeys(SERVICES, self))

    @property
    def environment(self) -> dict[str, str]:
        """The environments of all functions, merged."""
        merged: dict[str, str] = {}
        for function in self.functions.values():
            merged |= function["Environment"]["Variables"]
        return merged

    def set_everywhere(self, name: str, value: str) -> None:
        """Give a setting another value in every function that has it."""
        for function in self.functions.values():
            if name in function["Environment"]["Variables"]:
                function["Environment"]["Variables"][name] = value

    def describe_stacks(self, **wanted: Any) -> Any:
        name = wanted["StackName"]
        if name not in self.stacks:
            raise _refused("ValidationError", "DescribeStacks")
        outputs = {**self.outputs, "AlarmTopicArn": TOPIC}
        listed = [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()]
        return {"Stacks": [{"StackStatus": self.stacks[name], "Outputs": listed}]}

    def get_paginator(self, operation: str) -> _Pages:
        return _Pages(self, operation)

    def list_functions(self) -> Any:
        return {"Functions": list(self.functions.values())}

    def list_event_source_mappings(self) -> Any:
        prefix = "arn:aws:sqs:ap-northeast-1:123456789012:"
        return {
            "EventSourceMappings": [
                {"EventSourceArn": prefix + queue, "State": state}
                for queue, state in self.mappings.items()
            ]
        }

    def describe_alarms(self, **_: Any) -> Any:
        return {"MetricAlarms": self.alarms}

    def get_secret_value(self, **wanted: Any) -> Any:
        if wanted["SecretId"] not in self.secrets:
            raise _refused("ResourceNotFoundException", "GetSecretValue")
        return {"SecretString": self.secrets[wanted["SecretId"]]}

    def describe_user_pool(self, **_: Any) -> Any:
        return {"UserPool": self.pool}

    def describe_user_pool_client(self, **_: Any) -> Any:
        return {"UserPoolClient": self.pool_client}

    def get_queue_attributes(self, **wanted: Any) -> Any:
        return {"Attributes": self.queues[wanted["QueueUrl"]]}

    def describe_continuous_backups(self, **wanted: Any) -> Any:
        status = self.tables[wanted["TableName"]]["recovery"]
        recovery = {"PointInTimeRecoveryStatus": status}
        return {"ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": recovery}}

    def describe_time_to_live(self, **wanted: Any) -> Any:
        attribute = self.tables[wanted["TableName"]]["ttl"]
        if not attribute:
            return {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}
        description = {"TimeToLiveStatus": "ENABLED", "AttributeName": attribute}
        return {"TimeToLiveDescription": description}

    def list_subscriptions_by_topic(self, **_: Any) -> Any:
        return {"Subscriptions": self.subscriptions}

    def list_rules(self, **_: Any) -> Any:
        return {"Rules": [{"Name": name, "State": state} for name, state in self.rules.items()]}

    def query(self, **_: Any) -> Any:
        return {"Items": [to_item(item) for item in self.items if "status" in item]}

    def get_item(self, **wanted: Any) -> Any:
        pk = wanted["Key"]["pk"]["S"]
        found = [to_item(item) for item in self.items if item["pk"] == pk]
        return {"Item": found[0]} if found else {}

    def scan(self, **wanted: Any) -> Any:
        jobs = wanted["TableName"] == self.outputs["WorkflowTableName"]
        kept = [i for i in self.items if ("status" in i) is jobs and "pk" in i]
        return {"Items": [to_item(i) for i in kept if jobs or i["pk"].startswith("USER#")]}

    def _function(self, endpoint: Any, names: PhysicalNames) -> dict[str, Any]:
        resources = {
            **{table.variable: names.table(table) for table in Table},
            **{secret.variable: names.secret(secret) for secret in Secret},
            **{row.queue.variable: names.queue(row.queue) for row in QUEUES},
            **{r.queue.dead_letters_variable: names.dead_letters(r.queue) for r in QUEUES},
            "USER_POOL_ID": POOL,
            "USER_POOL_CLIENT_ID": POOL_CLIENT,
        }
        variables = environment_of(endpoint, config=self.config, resources=resources)
        return {
            "FunctionName": names.function(endpoint),
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "Environment": {"Variables": variables},
        }


class _Pages:
    """A paginator of one page."""

    def __init__(self, account: AwsAccount, operation: str) -> None:
        self._ask = getattr(account, operation)

    def paginate(self, **arguments: Any) -> Iterator[Any]:
        yield self._ask(**arguments)


def _queue(row: Any, names: PhysicalNames, config: Config) -> Iterator[tuple[str, dict[str, str]]]:
    redrive = {
        "deadLetterTargetArn": names.dead_letters(row.queue),
        "maxReceiveCount": config.number(row.retries) + 1,
    }
    empty = {"ApproximateNumberOfMessages": "0"}
    yield names.queue(row.queue), {"RedrivePolicy": json.dumps(redrive), **empty}
    yield names.dead_letters(row.queue), dict(empty)


def _refused(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, operation)
