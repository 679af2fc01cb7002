"""Metrics that AWS would have by itself: queue depths and ages, and what the alarms watch."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from local.stack.fixups import SEPARATOR
from local.stack.settings import ACCOUNT, REGION

QUEUE_NAMESPACE = "AWS/SQS"
QUERIES_PER_CALL = 500
DATA_PER_CALL = 1000

COMBINE: dict[str, Callable[[Sequence[float]], float]] = {
    "Sum": sum,
    "SampleCount": sum,
    "Average": statistics.fmean,
    "Minimum": min,
    "Maximum": max,
}
"""How the values of neighbouring periods become one; percentiles take the largest."""

Datum = tuple[str, dict[str, Any]]


def queue_metrics(session: requests.Session, endpoint: str) -> Iterator[Datum]:
    """(namespace, datum) of every queue's depth and age, as SQS publishes them each minute."""
    answer = session.get(f"{endpoint}/_ministack/sqs/messages", timeout=10)
    answer.raise_for_status()
    now = datetime.now(UTC)
    for url, messages in answer.json()["messages"].get(ACCOUNT, {}).get(REGION, {}).items():
        visible = sum(message["IsVisible"] for message in messages)
        oldest = min((message["SentTimestamp"] for message in messages), default=now.timestamp())
        values = {
            "ApproximateNumberOfMessagesVisible": (visible, "Count"),
            "ApproximateNumberOfMessagesNotVisible": (len(messages) - visible, "Count"),
            "ApproximateAgeOfOldestMessage": (max(0, now.timestamp() - oldest), "Seconds"),
        }
        for name, (value, unit) in values.items():
            yield (
                QUEUE_NAMESPACE,
                {
                    "MetricName": name,
                    "Dimensions": [{"Name": "QueueName", "Value": url.rsplit("/", 1)[-1]}],
                    "Timestamp": now,
                    "Unit": unit,
                    "Value": value,
                },
            )


@dataclass(frozen=True)
class Watched:
    """What one alarm really watches: its own metric is a copy that carries the dimensions."""

    alarm: str
    namespace: str
    copy: str
    metric: str
    statistic: str
    dimensions: list[dict[str, str]]
    period: int


def watched_metrics(cloudwatch: Any) -> list[Watched]:
    """The alarms whose metric names were changed by `fixups.one_metric_per_alarm`."""
    found = []
    for page in cloudwatch.get_paginator("describe_alarms").paginate():
        for alarm in page["MetricAlarms"]:
            name = alarm.get("MetricName", "")
            if SEPARATOR in name:
                metric, statistic, *_ = name.split(SEPARATOR)
                found.append(
                    Watched(
                        alarm=alarm["AlarmName"],
                        namespace=alarm["Namespace"],
                        copy=name,
                        metric=metric,
                        statistic=statistic,
                        dimensions=alarm["Dimensions"],
                        period=alarm["Period"],
                    )
                )
    return found


def settle(cloudwatch: Any, alarms: Sequence[Watched]) -> None:
    """Alarms without data are OK: almost all of ours treat missing data as not breaching, which
    ministack does not know. Those on a schedule's silence treat it as breaching, and never ring
    here."""
    for alarm in alarms:
        cloudwatch.set_alarm_state(
            AlarmName=alarm.alarm, StateValue="OK", StateReason="no data yet: not breaching"
        )


def alarm_metrics(cloudwatch: Any, alarms: Sequence[Watched]) -> Iterator[Datum]:
    """(namespace, datum) for the copies: each alarm's statistic over its last period."""
    now = datetime.now(UTC)
    for start in range(0, len(alarms), QUERIES_PER_CALL):
        asked = {f"m{n}": alarm for n, alarm in enumerate(alarms[start : start + QUERIES_PER_CALL])}
        results = cloudwatch.get_metric_data(
            MetricDataQueries=[_query(identifier, alarm) for identifier, alarm in asked.items()],
            StartTime=now - timedelta(seconds=max(alarm.period for alarm in asked.values())),
            EndTime=now + timedelta(seconds=1),
        )["MetricDataResults"]
        for result in results:
            alarm = asked[result["Id"]]
            if result["Values"]:
                combine = COMBINE.get(alarm.statistic, max)
                yield (
                    alarm.namespace,
                    {
                        "MetricName": alarm.copy,
                        "Timestamp": now,
                        "Value": combine(result["Values"]),
                    },
                )


def _query(identifier: str, alarm: Watched) -> dict[str, Any]:
    return {
        "Id": identifier,
        "MetricStat": {
            "Metric": {
                "Namespace": alarm.namespace,
                "MetricName": alarm.metric,
                "Dimensions": alarm.dimensions,
            },
            "Period": alarm.period,
            "Stat": alarm.statistic,
        },
    }


def publish(cloudwatch: Any, data: Iterator[Datum]) -> None:
    """PutMetricData, namespace by namespace."""
    by_namespace: dict[str, list[dict[str, Any]]] = {}
    for namespace, datum in data:
        by_namespace.setdefault(namespace, []).append(datum)
    for namespace, collected in by_namespace.items():
        for start in range(0, len(collected), DATA_PER_CALL):
            cloudwatch.put_metric_data(
                Namespace=namespace, MetricData=collected[start : start + DATA_PER_CALL]
            )
