"""Reads a stage's resources in AWS.

Sources: the API references of CloudFormation, Lambda, Secrets Manager, Cognito user pools, SQS,
DynamoDB, CloudWatch, SNS and EventBridge.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from portal.config import ConfigurationError
from portal.engine.states import Status
from portal.repositories.dynamodb import Table
from portal.repositories.workflow import STATUS_INDEX, DynamoJobStore

from ops.doctor.remembering import Remembering
from ops.doctor.whmcs_reader import ClientPlace
from ops.stages import Cloud

MISSING = frozenset({"ResourceNotFoundException", "ValidationError"})
EMPTY = frozenset({"ResourceNotFoundException"})
LOOKED_THROUGH = 50
ADD_ORDER = "add_order"


@dataclass(frozen=True, kw_only=True)
class Function:
    """A deployed Lambda."""

    name: str
    state: str
    update: str
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Ordered:
    """An order in WHMCS: its id there, and its time in epoch seconds."""

    whmcs_order_id: int
    at: float


class CloudReader(Remembering):
    """Reads each resource once. All methods raise botocore's errors."""

    def __init__(self, cloud: Cloud, *, stage: str, outputs: Mapping[str, str]) -> None:
        super().__init__()
        self._cloud = cloud
        self._stage = stage
        self.outputs = outputs

    def stack_status(self, name: str) -> str | None:
        """Return the status of a CloudFormation stack; None when there is none."""
        return self.once(f"stack {name}", lambda: self._stack_status(name))

    def functions(self) -> Mapping[str, Function]:
        """Return the stage's Lambdas by name."""
        return self.once("functions", lambda: {f.name: f for f in self._functions()})

    def consumed(self) -> Mapping[str, bool]:
        """Return whether a Lambda consumes each queue, by the queue's name."""
        return self.once("mappings", self._consumed)

    def secret(self, output: str) -> Mapping[str, Any] | None:
        """Return the document of a secret by its output's name; None while it is empty.

        Raises ConfigurationError when it is no JSON object.
        """
        name = self.outputs.get(output, "")
        return self.once(f"secret {output}", lambda: self._secret(name))

    def signing_keys(self) -> Mapping[str, str]:
        """Return the live signing keys by id."""
        document = self.secret("SigningSecretName") or {}
        return dict(document.get("keys") or {})

    def user_pool(self) -> Mapping[str, Any]:
        """Return the user pool's settings."""
        pool = self.outputs.get("UserPoolId", "")
        return self.once(
            "pool",
            lambda: self._client("cognito-idp").describe_user_pool(UserPoolId=pool)["UserPool"],
        )

    def user_pool_client(self) -> Mapping[str, Any]:
        """Return the settings of the pool's only client."""
        ids = {
            "UserPoolId": self.outputs.get("UserPoolId", ""),
            "ClientId": self.outputs.get("UserPoolClientId", ""),
        }
        return self.once(
            "pool client",
            lambda: self._client("cognito-idp").describe_user_pool_client(**ids)["UserPoolClient"],
        )

    def queue(self, url: str) -> Mapping[str, str]:
        """Return the attributes of a queue."""
        return self.once(
            f"queue {url}",
            lambda: self._client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])[
                "Attributes"
            ],
        )

    def recoverable(self, table: str) -> bool:
        """Return whether a table has point-in-time recovery."""
        answer = self.once(
            f"backups {table}",
            lambda: self._client("dynamodb").describe_continuous_backups(TableName=table),
        )
        recovery = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        return bool(recovery.get("PointInTimeRecoveryStatus") == "ENABLED")

    def expires(self, table: str) -> str | None:
        """Return the TTL attribute of a table; None without one."""
        answer = self.once(
            f"ttl {table}",
            lambda: self._client("dynamodb").describe_time_to_live(TableName=table),
        )["TimeToLiveDescription"]
        enabled = answer.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
        return str(answer.get("AttributeName")) if enabled else None

    def alarms(self) -> Sequence[Mapping[str, Any]]:
        """Return the stage's alarms."""
        return self.once("alarms", lambda: list(self._alarms()))

    def subscriptions(self, topic: str) -> Sequence[Mapping[str, Any]]:
        """Return the subscriptions of a topic."""
        return self.once(
            f"subscriptions {topic}",
            lambda: self._client("sns").list_subscriptions_by_topic(TopicArn=topic)[
                "Subscriptions"
            ],
        )

    def alarm_topic(self) -> str | None:
        """Return the topic of the stage's alarms; None without a monitoring stack."""
        return self.once("topic", self._alarm_topic)

    def rules(self) -> Mapping[str, str]:
        """Return the state of each schedule by name."""
        rules = self.once(
            "rules",
            lambda: self._client("events").list_rules(NamePrefix=f"portal-{self._stage}-")["Rules"],
        )
        return {str(rule["Name"]): str(rule["State"]) for rule in rules}

    def last_ordered(self) -> Ordered | None:
        """Return the newest provisioned order; None when there is none."""
        return self.once("last order", self._last_ordered)

    def a_customer(self) -> ClientPlace | None:
        """Return a customer who has signed up; None when none is among the first items."""
        return self.once("customer", self._a_customer)

    def _client(self, service: str) -> Any:
        return self._cloud.client(service)

    def _stack_status(self, name: str) -> str | None:
        try:
            answer = self._client("cloudformation").describe_stacks(StackName=name)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in MISSING:
                return None
            raise
        return str(answer["Stacks"][0]["StackStatus"])

    def _functions(self) -> Iterator[Function]:
        prefix = f"portal-{self._stage}-"
        for page in self._client("lambda").get_paginator("list_functions").paginate():
            for found in page["Functions"]:
                if str(found["FunctionName"]).startswith(prefix):
                    yield Function(
                        name=str(found["FunctionName"]),
                        # Older functions have neither. Without a value, no update is running.
                        state=str(found.get("State") or "Active"),
                        update=str(found.get("LastUpdateStatus") or "Successful"),
                        environment=found.get("Environment", {}).get("Variables", {}),
                    )

    def _consumed(self) -> dict[str, bool]:
        pages = self._client("lambda").get_paginator("list_event_source_mappings").paginate()
        return {
            str(mapping["EventSourceArn"]).rpartition(":")[2]: mapping["State"] == "Enabled"
            for page in pages
            for mapping in page["EventSourceMappings"]
        }

    def _secret(self, name: str) -> Mapping[str, Any] | None:
        try:
            answer = self._client("secretsmanager").get_secret_value(SecretId=name)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in EMPTY:
                return None
            raise
        try:
            document = json.loads(answer["SecretString"])
        except (ValueError, KeyError):
            document = None
        if not isinstance(document, dict):
            # The cause is left out, because a parser's error holds the text that it could not read.
            raise ConfigurationError(f"secret {name} is no JSON object") from None
        return document

    def _alarms(self) -> Iterator[Mapping[str, Any]]:
        pages = self._client("cloudwatch").get_paginator("describe_alarms")
        for page in pages.paginate(AlarmNamePrefix=f"portal-{self._stage}-"):
            yield from page["MetricAlarms"]

    def _alarm_topic(self) -> str | None:
        try:
            answer = self._client("cloudformation").describe_stacks(
                StackName=f"Portal-{self._stage}-monitoring"
            )
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in MISSING:
                return None
            raise
        outputs = {o["OutputKey"]: o["OutputValue"] for o in answer["Stacks"][0].get("Outputs", [])}
        return outputs.get("AlarmTopicArn")

    def _last_ordered(self) -> Ordered | None:
        table = Table(self.outputs.get("WorkflowTableName", ""), lambda: self._client("dynamodb"))
        newest = table.query(
            IndexName=STATUS_INDEX,
            where="#s = :status",
            names={"#s": "status"},
            values={":status": str(Status.SUCCEEDED)},
            ScanIndexForward=False,
            Limit=1,
        )
        item = next(newest, None)
        job = DynamoJobStore(table).get(str(item["pk"])) if item else None
        step = job.steps.get(ADD_ORDER) if job else None
        if step is None or step.data.get("orderId") is None:
            return None
        return Ordered(int(step.data["orderId"]), step.done_at or step.started_at)

    def _a_customer(self) -> ClientPlace | None:
        answer = self._client("dynamodb").scan(
            TableName=self.outputs.get("IdentityTableName", ""),
            FilterExpression="begins_with(pk, :user)",
            ExpressionAttributeValues={":user": {"S": "USER#"}},
            Limit=LOOKED_THROUGH,
        )
        for item in answer.get("Items", ()):
            client = item.get("whmcsClientId", {}).get("N")
            account = item.get("sfAccountId", {}).get("S")
            if client and account:
                return ClientPlace(int(client), str(account))
        return None
