"""Everything that a running stack has written, by the place where it was written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from local.context import StackContext
from local.stack.ministack import Ministack
from local.stack.settings import ACCOUNT, REGION
from tests.stack import eventually

TABLES = {
    "identity table": "IdentityTableName",
    "idempotency table": "IdempotencyTableName",
    "ephemeral table": "EphemeralTableName",
    "workflow table": "WorkflowTableName",
    "catalogue table": "CatalogTableName",
}
UPSTREAMS = {
    "Salesforce": "salesforce",
    "WHMCS": "whmcs",
    "eSIM provider": "gigs",
    "SendGrid": "sendgrid",
}
# A browser calls these pages of WHMCS, and not the portal.
WHMCS_API = "/includes/api.php"


class Consumers:
    """The event sources of the Lambdas that consume queues; a stopped one leaves its messages."""

    def __init__(self, stack: StackContext, aws: Ministack) -> None:
        self._endpoint = stack.aws_endpoint
        self._client = aws.client("lambda")
        self._mappings: dict[str, list[str]] = {}
        for page in self._client.get_paginator("list_event_source_mappings").paginate():
            for mapping in page["EventSourceMappings"]:
                queue = mapping["EventSourceArn"].rsplit(":", 1)[-1].split("-", 2)[-1]
                self._mappings.setdefault(queue, []).append(mapping["UUID"])

    @contextmanager
    def stopped(self, *queues: str) -> Iterator[None]:
        """Stop the consumers of queues while the block runs."""
        try:
            self._set(queues, enabled=False)
            yield
        finally:
            self._set(queues, enabled=True)

    def _set(self, queues: tuple[str, ...], *, enabled: bool) -> None:
        for queue in queues:
            for uuid in self._mappings[queue]:
                self._client.update_event_source_mapping(UUID=uuid, Enabled=enabled)

    def messages(self) -> dict[str, str]:
        """Every message that is on a queue now, with its attributes, by message id."""
        answer = httpx.get(f"{self._endpoint}/_ministack/sqs/messages", trust_env=False).json()
        return {
            str(message["MessageId"]): json.dumps(message, ensure_ascii=False)
            for messages in answer["messages"].get(ACCOUNT, {}).get(REGION, {}).values()
            for message in messages
        }

    def kept(self, seen: dict[str, str], *, text: str) -> None:
        """Wait for a message with a text, then add all messages to those that were seen."""

        def found() -> bool:
            seen.update(self.messages())
            return any(text in message for message in seen.values())

        eventually(found)


def places(stack: StackContext, aws: Ministack, messages: dict[str, str]) -> dict[str, str]:
    """What is written at each place; `messages` are those that were seen on queues."""
    return {
        "logs": "\n".join(_log_lines(aws)),
        "metrics": json.dumps(_pages(aws.client("cloudwatch"), "list_metrics"), default=str),
        "queues": "\n".join(messages.values()),
        "Cognito": json.dumps(
            aws.client("cognito-idp").list_users(UserPoolId=stack.user_pool_id)["Users"],
            default=str,
        ),
        "Secrets Manager": "\n".join(_secrets(aws)),
        **{name: _table(aws, stack.stack_outputs[output]) for name, output in TABLES.items()},
        **{name: _journal(stack, emulator) for name, emulator in UPSTREAMS.items()},
    }


def _log_lines(aws: Ministack) -> Iterator[str]:
    logs = aws.client("logs")
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            name = group["logGroupName"]
            for found in logs.get_paginator("filter_log_events").paginate(logGroupName=name):
                yield from (event["message"] for event in found["events"])


def _pages(client: Any, operation: str, **request: Any) -> list[Any]:
    return list(client.get_paginator(operation).paginate(**request))


def _secrets(aws: Ministack) -> Iterator[str]:
    client = aws.client("secretsmanager")
    for page in client.get_paginator("list_secrets").paginate():
        for secret in page["SecretList"]:
            yield str(client.get_secret_value(SecretId=secret["ARN"])["SecretString"])


def _table(aws: Ministack, name: str) -> str:
    pages = _pages(aws.client("dynamodb"), "scan", TableName=name)
    return json.dumps([page["Items"] for page in pages], default=str, ensure_ascii=False)


def _journal(stack: StackContext, emulator: str) -> str:
    """The requests that the portal sent: addresses, headers and bodies."""
    url = stack.emulators[emulator]
    calls = httpx.get(f"{url}/_admin/journal", trust_env=False, timeout=30).json()["calls"]
    kept = [
        {name: call[name] for name in ("path", "query", "headers", "body")}
        for call in calls
        if emulator != "whmcs" or call["path"].endswith(WHMCS_API)
    ]
    return json.dumps(kept, ensure_ascii=False)
