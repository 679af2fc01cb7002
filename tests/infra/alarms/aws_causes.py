"""What raises the alarms on AWS' own metrics, and what an untroubled period looks like.

Of Lambda and SQS, the local stack publishes the metrics as AWS does, from logs and messages. Those
of API Gateway, DynamoDB and the account are stated here, as their developer guides name them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import requests
import responses

from infra.endpoints import ENDPOINTS
from infra.physical_names import PhysicalNames
from infra.queues import QUEUES
from infra.resource_names import Table
from local.stack.logs import Line, invocation_metrics
from local.stack.metrics import queue_metrics
from local.stack.settings import ACCOUNT, REGION
from tests.infra.alarms.evaluation import Period

NAMES = PhysicalNames("test")
API = [{"Name": "ApiName", "Value": NAMES.prefix}, {"Name": "Stage", "Value": "api"}]
SQS = "http://127.0.0.1:1"


@dataclass(frozen=True)
class AwsCause:
    """Makes a period with the alarm's reason in it, and one without."""

    trouble: Callable[[], Period]
    calm: Callable[[], Period]


def _invocation(function: str, *messages: str) -> Period:
    lines = (Line(f"/aws/lambda/{function}", "stream", 0, message) for message in messages)
    return [datum for line in lines for datum in invocation_metrics(line)]


def _report(seconds: float) -> str:
    return f"REPORT RequestId: 1\tDuration: {1000 * seconds:.0f} ms"


def _queue(name: str, *, waiting: timedelta | None) -> Period:
    """What SQS publishes of a queue with one message that has waited so long, or none."""
    sent = None if waiting is None else (datetime.now(UTC) - waiting).timestamp()
    messages = [] if sent is None else [{"IsVisible": True, "SentTimestamp": sent}]
    found = {"messages": {ACCOUNT: {REGION: {f"{SQS}/{ACCOUNT}/{name}": messages}}}}
    with responses.RequestsMock() as mock:
        mock.get(f"{SQS}/_ministack/sqs/messages", body=json.dumps(found))
        return list(queue_metrics(requests.Session(), SQS))


def _api(**values: float) -> Period:
    return [
        ("AWS/ApiGateway", {"MetricName": name, "Dimensions": API, "Value": value})
        for name, value in values.items()
    ]


def _throttled(kind: str) -> Period:
    dimensions = [{"Name": "TableName", "Value": NAMES.table(Table.WORKFLOW)}]
    datum = {"MetricName": f"{kind}ThrottleEvents", "Dimensions": dimensions, "Value": 1}
    return [("AWS/DynamoDB", datum)]


def _nothing() -> Period:
    return []


def aws_causes() -> dict[str, AwsCause]:
    """The causes by the alarm's name without the stage's prefix."""
    return {
        "ApiServerErrors": AwsCause(
            lambda: _api(**{"5XXError": 6, "Count": 500}),
            # One error of a few requests is no rate.
            lambda: _api(**{"5XXError": 1, "Count": 2}),
        ),
        "ApiLatency": AwsCause(lambda: _api(Latency=5_001), lambda: _api(Latency=4_999)),
        "LambdaThrottles": AwsCause(
            lambda: [("AWS/Lambda", {"MetricName": "Throttles", "Value": 1})], _nothing
        ),
        **{
            f"Table{kind}Throttles": AwsCause(lambda kind=kind: _throttled(kind), _nothing)  # type: ignore[misc]  # bound now
            for kind in ("Read", "Write")
        },
        **dict(_functions()),
        **dict(_queues()),
    }


def _functions() -> Iterator[tuple[str, AwsCause]]:
    for endpoint in ENDPOINTS:
        name, limit = NAMES.function(endpoint), endpoint.timeout
        quick = _invocation(name, _report(0.1))
        crash = _invocation(name, _report(0.1), "Traceback (most recent call last):")
        yield f"{endpoint.camel_case}Errors", _fixed(crash, quick)
        if endpoint.route is None:
            slow = _invocation(name, _report(0.81 * limit))
            yield f"{endpoint.camel_case}Duration", _fixed(slow, quick)
        if endpoint.every_minutes is not None:
            yield f"{endpoint.camel_case}Silent", _fixed([], quick)


def _queues() -> Iterator[tuple[str, AwsCause]]:
    for row in QUEUES:
        id_, name, dead = (
            row.queue.camel_case,
            NAMES.queue(row.queue),
            NAMES.dead_letters(row.queue),
        )
        late = timedelta(minutes=row.oldest_minutes, seconds=1)
        early = timedelta(minutes=row.oldest_minutes) / 2
        yield (
            f"{id_}QueueAge",
            _fixed(_queue(name, waiting=late), _queue(name, waiting=early)),
        )
        yield (
            f"{id_}DeadLetters",
            _fixed(_queue(dead, waiting=timedelta(0)), _queue(dead, waiting=None)),
        )


def _fixed(trouble: Period, calm: Period) -> AwsCause:
    return AwsCause(lambda: trouble, lambda: calm)
