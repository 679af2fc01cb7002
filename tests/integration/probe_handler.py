"""The probe stack's Lambda: does what the event asks for and reports AWS' answer.

Its text is put into the template (`probe.template`), so it imports nothing of the project.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from typing import Any

import boto3
from botocore.exceptions import ClientError

EMF = {
    "_aws": {
        "Timestamp": 0,
        "CloudWatchMetrics": [
            {
                "Namespace": "Probe",
                "Dimensions": [["service"]],
                "Metrics": [{"Name": "Probed", "Unit": "Count"}],
            }
        ],
    },
    "service": "probe",
}


def handler(event: dict[str, Any], context: Any) -> Any:
    """Serves SQS batches, the REST API and direct invocations."""
    if "Records" in event:
        return consume(event["Records"])
    if "httpMethod" in event:
        return respond(event)
    return attempt(event)


def consume(records: list[dict[str, Any]]) -> dict[str, Any]:
    for record in records:
        put(os.environ["TABLE"], record["body"], record["attributes"]["ApproximateReceiveCount"])
    bad = [record["messageId"] for record in records if "bad" in record["body"]]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in bad]}


def respond(event: dict[str, Any]) -> dict[str, Any]:
    authorizer = event["requestContext"].get("authorizer") or {}
    answer = {"body": event["body"], "claims": authorizer.get("claims")}
    return {"statusCode": 200, "headers": {}, "body": json.dumps(answer)}


def attempt(event: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"ok": ACTIONS[event["do"]](event)}
    except ClientError as error:
        return {"error": error.response["Error"]["Code"]}


def put(table: str, key: str, value: str = "0") -> None:
    item = {"pk": {"S": key}, "value": {"N": value}}
    boto3.client("dynamodb").put_item(TableName=table, Item=item)


def secret(_: dict[str, Any]) -> str:
    client = boto3.client("secretsmanager")
    return str(client.get_secret_value(SecretId=os.environ["SECRET"])["SecretString"])


def send(_: dict[str, Any]) -> None:
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody="sent")


def send_batch(_: dict[str, Any]) -> None:
    boto3.client("sqs").send_message_batch(
        QueueUrl=os.environ["QUEUE_URL"], Entries=[{"Id": "1", "MessageBody": "sent in a batch"}]
    )


def log(event: dict[str, Any]) -> None:
    sys.stdout.write(f"{event['line']}\n")


def measure(event: dict[str, Any]) -> None:
    directive = {**EMF["_aws"], "Timestamp": event["at"]}  # type: ignore[dict-item]  # a JSON object
    sys.stdout.write(json.dumps({**EMF, "_aws": directive, "Probed": 7}) + "\n")


def find(event: dict[str, Any]) -> dict[str, str | None]:
    specs = {name: importlib.util.find_spec(name) for name in event["modules"]}
    return {name: spec.origin if spec else None for name, spec in specs.items()}


ACTIONS: dict[str, Any] = {
    "put": lambda _: put(os.environ["TABLE"], "granted"),
    "put-elsewhere": lambda _: put(os.environ["OTHER_TABLE"], "not granted"),
    "secret": secret,
    "send": send,
    "send-batch": send_batch,
    "log": log,
    "measure": measure,
    "find": find,
    "environment": lambda _: sorted(os.environ),
    "version": lambda _: list(sys.version_info[:2]),
}
