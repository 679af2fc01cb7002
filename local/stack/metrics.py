"""Publishes the metrics that AWS publishes by itself: queue depths, queue ages, alarm copies."""

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

HOLD = timedelta(seconds=5)
"""How long a value keeps its effect on the state of an alarm."""

COMBINE: dict[str, Callable[[Sequence[float]], float]] = {
    "Sum": sum,
    "SampleCount": sum,
    "Average": statistics.fmean,
    "Minimum": min,
    "Maximum": max,
}
"""Statistic → function that merges the values of a period; percentiles take the largest."""

Datum = tuple[str, dict[str, Any]]


def queue_metrics(session: requests.Session, endpoint: str) -> Iterator[Datum]:
    """Yield (namespace, datum) of every queue's depth and age, as SQS publishes them."""
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
    """The original metric of one alarm; the alarm itself watches a copy named by dimensions.

    `period` and `window` (all periods that ministack evaluates) are in seconds; `quiet` is a value
    that does not breach the alarm's threshold.
    """

    alarm: str
    namespace: str
    copy: str
    metric: str
    statistic: str
    dimensions: list[dict[str, str]]
    period: int
    window: int
    quiet: float


def watched_metrics(cloudwatch: Any) -> list[Watched]:
    """Return the alarms whose metric names `fixups.one_metric_per_alarm` has changed."""
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
                        window=alarm["Period"] * alarm["EvaluationPeriods"],
                        quiet=_quiet(alarm),
                    )
                )
    return found


def _quiet(alarm: dict[str, Any]) -> float:
    threshold = float(alarm["Threshold"])
    low = alarm["ComparisonOperator"].startswith("LessThan")
    return threshold + 1 if low else min(0.0, threshold - 1)


def settle(cloudwatch: Any, alarms: Sequence[Watched]) -> None:
    """Set alarms without data to OK, because ministack does not treat missing data as such.

    Almost all alarms treat it as not breaching. Those on the silence of a schedule treat it as
    breaching, and are never raised here.
    """
    for alarm in alarms:
        cloudwatch.set_alarm_state(
            AlarmName=alarm.alarm, StateValue="OK", StateReason="no data yet: not breaching"
        )


class AlarmCopies:
    """Computes the values that the alarms watch.

    ministack evaluates the largest value of an alarm's whole window and leaves the state unchanged
    when the window is empty. Values are therefore dated so that they leave the window after
    `HOLD`, and an alarm whose metric has no more data gets a value that does not breach. Almost all
    alarms treat missing data in that way (see `settle`).
    """

    def __init__(self, cloudwatch: Any, alarms: Sequence[Watched]) -> None:
        self._cloudwatch = cloudwatch
        self._alarms = alarms
        self._seen: set[str] = set()

    def read(self) -> Iterator[Datum]:
        """Yield (namespace, datum) of the copies: each alarm's statistic over its last period."""
        now = datetime.now(UTC)
        for period, alarms in self._batches():
            asked = {f"m{number}": alarm for number, alarm in enumerate(alarms)}
            results = self._cloudwatch.get_metric_data(
                MetricDataQueries=[_query(name, alarm) for name, alarm in asked.items()],
                StartTime=now - timedelta(seconds=period),
                EndTime=now + timedelta(seconds=1),
            )["MetricDataResults"]
            for result in results:
                yield from self._copy(asked[result["Id"]], result["Values"], now)

    def _batches(self) -> Iterator[tuple[int, list[Watched]]]:
        """Yield alarms that have the same period, as many as one call may ask for."""
        for period in sorted({alarm.period for alarm in self._alarms}):
            same = [alarm for alarm in self._alarms if alarm.period == period]
            for start in range(0, len(same), QUERIES_PER_CALL):
                yield period, same[start : start + QUERIES_PER_CALL]

    def _copy(self, alarm: Watched, values: Sequence[float], now: datetime) -> Iterator[Datum]:
        if values:
            self._seen.add(alarm.alarm)
        elif alarm.alarm not in self._seen:
            return
        value = COMBINE.get(alarm.statistic, max)(values) if values else alarm.quiet
        at = now - timedelta(seconds=alarm.window) + HOLD
        yield alarm.namespace, {"MetricName": alarm.copy, "Timestamp": at, "Value": value}


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
    """Send the data with PutMetricData, namespace by namespace."""
    by_namespace: dict[str, list[dict[str, Any]]] = {}
    for namespace, datum in data:
        by_namespace.setdefault(namespace, []).append(datum)
    for namespace, collected in by_namespace.items():
        for start in range(0, len(collected), DATA_PER_CALL):
            cloudwatch.put_metric_data(
                Namespace=namespace, MetricData=collected[start : start + DATA_PER_CALL]
            )
