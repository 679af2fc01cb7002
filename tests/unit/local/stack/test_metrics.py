"""The values that the alarms watch: they rise with their metric and clear without it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.stack.metrics import HOLD, AlarmCopies, Watched, watched_metrics


class FakeCloudWatch:
    """Two alarms, and the values of their metrics by metric name."""

    def __init__(self, comparison: str = "GreaterThanOrEqualToThreshold") -> None:
        self.values: dict[str, list[float]] = {}
        self.queries: list[dict[str, Any]] = []
        self.calls: list[dict[str, Any]] = []
        self.alarm = {
            "AlarmName": "portal-local-Failed",
            "Namespace": "Portal",
            "MetricName": "Failed|Sum|service|provision",
            "Dimensions": [{"Name": "service", "Value": "provision"}],
            "Period": 300,
            "EvaluationPeriods": 3,
            "Threshold": 1.0,
            "ComparisonOperator": comparison,
        }

    def get_paginator(self, _: str) -> FakeCloudWatch:
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [{"MetricAlarms": [self.alarm, {**self.alarm, "MetricName": "Untouched"}]}]

    def get_metric_data(self, **call: Any) -> dict[str, Any]:
        self.calls.append(call)
        self.queries += call["MetricDataQueries"]
        results = [
            {
                "Id": query["Id"],
                "Values": self.values.get(query["MetricStat"]["Metric"]["MetricName"], []),
            }
            for query in call["MetricDataQueries"]
        ]
        return {"MetricDataResults": results}


def watched(alarm: dict[str, Any]) -> list[Watched]:
    other = FakeCloudWatch()
    other.alarm = alarm
    return watched_metrics(other)


def copies(cloudwatch: FakeCloudWatch) -> AlarmCopies:
    return AlarmCopies(cloudwatch, watched_metrics(cloudwatch))


def values(source: AlarmCopies) -> list[float]:
    return [datum["Value"] for _, datum in source.read()]


def test_a_copy_has_the_statistic_of_the_original_with_its_dimensions() -> None:
    cloudwatch = FakeCloudWatch()
    cloudwatch.values["Failed"] = [1.0, 2.0]
    assert values(copies(cloudwatch)) == [3.0]
    (query,) = cloudwatch.queries
    assert query["MetricStat"]["Metric"]["Dimensions"] == cloudwatch.alarm["Dimensions"]
    assert query["MetricStat"]["Stat"] == "Sum"


@pytest.mark.parametrize(
    ("comparison", "quiet"), [("GreaterThanOrEqualToThreshold", 0.0), ("LessThanThreshold", 2.0)]
)
def test_an_alarm_clears_when_its_metric_has_no_more_data(comparison: str, quiet: float) -> None:
    cloudwatch = FakeCloudWatch(comparison)
    source = copies(cloudwatch)
    assert values(source) == [], "without any data yet the alarm stays as it was settled"
    cloudwatch.values["Failed"] = [1.0]
    assert values(source) == [1.0]
    cloudwatch.values.clear()
    assert values(source) == [quiet]
    assert values(source) == [quiet]


def test_each_alarm_looks_back_over_its_own_period() -> None:
    cloudwatch = FakeCloudWatch()
    second = {**cloudwatch.alarm, "AlarmName": "second", "Period": 60}
    sources = AlarmCopies(cloudwatch, watched_metrics(cloudwatch) + watched(second))
    assert list(sources.read()) == []
    spans = {
        query["MetricStat"]["Period"]: call["EndTime"] - call["StartTime"]
        for call in cloudwatch.calls
        for query in call["MetricDataQueries"]
    }
    assert spans == {60: timedelta(seconds=61), 300: timedelta(seconds=301)}


def test_a_value_leaves_the_window_of_the_alarm_after_a_few_seconds() -> None:
    cloudwatch = FakeCloudWatch()
    cloudwatch.values["Failed"] = [1.0]
    ((namespace, datum),) = copies(cloudwatch).read()
    assert namespace == "Portal"
    leaves = datum["Timestamp"] + timedelta(seconds=900)
    assert abs(leaves - datetime.now(UTC) - HOLD) < timedelta(seconds=2)
