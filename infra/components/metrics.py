"""The metrics that alarms and dashboard read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch

from infra.alarms import AlarmRow
from infra.components.rest_api import STAGE_NAME

PERIOD = cdk.Duration.minutes(5)
MEGABYTE_MS_PER_GB_SECOND = 1024 * 1000


def api_metric(api: str, name: str, *, statistic: str = "Sum") -> cloudwatch.Metric:
    """Return a metric of the REST API with that name."""
    return _metric("AWS/ApiGateway", name, statistic, {"ApiName": api, "Stage": STAGE_NAME})


def function_metric(
    function: str,
    name: str,
    *,
    statistic: str = "Sum",
    period: cdk.Duration = PERIOD,
    label: str | None = None,
) -> cloudwatch.Metric:
    """Return a metric of a Lambda, over all its versions."""
    dimensions = {"FunctionName": function}
    return _metric("AWS/Lambda", name, statistic, dimensions, period=period, label=label)


def account_metric(name: str) -> cloudwatch.Metric:
    """Return a metric of all Lambdas of the account and region."""
    return _metric("AWS/Lambda", name, "Sum", {})


def queue_metric(
    queue: str, name: str, *, period: cdk.Duration = PERIOD, label: str | None = None
) -> cloudwatch.Metric:
    """Return the maximum of a metric of an SQS queue."""
    dimensions = {"QueueName": queue}
    return _metric("AWS/SQS", name, "Maximum", dimensions, period=period, label=label)


def gigabyte_seconds(label: str, memory: Mapping[str, int]) -> cloudwatch.MathExpression:
    """Return what Lambda charges for: duration times memory. `memory` is in MB by function."""
    durations = {
        f"{label}{number}": (function_metric(function, "Duration"), megabytes)
        for number, (function, megabytes) in enumerate(memory.items())
    }
    summed = " + ".join(f"FILL({id_}, 0) * {size}" for id_, (_, size) in durations.items())
    return cloudwatch.MathExpression(
        expression=f"({summed}) / {MEGABYTE_MS_PER_GB_SECOND}",
        using_metrics={id_: metric for id_, (metric, _) in durations.items()},
        label=label,
        period=PERIOD,
    )


def table_metric(
    table: str, name: str, *, index: str | None = None, label: str | None = None
) -> cloudwatch.Metric:
    """Return a count of a DynamoDB table or of one of its indexes."""
    dimensions = {"TableName": table}
    if index is not None:
        dimensions["GlobalSecondaryIndexName"] = index
    return _metric("AWS/DynamoDB", name, "Sum", dimensions, label=label)


@dataclass(frozen=True)
class PortalMetrics:
    """The metrics that the handlers of a stage emit into its namespace."""

    namespace: str

    def of_row(self, row: AlarmRow, area: str) -> cloudwatch.Metric:
        """Return the metric that a row of `infra/alarms.py` watches in one area."""
        statistic = "Maximum" if row.level else "Sum"
        return self.of(row.metric, area=area, statistic=statistic, **row.dimensions)

    def of(
        self, name: str, *, area: str, statistic: str = "Sum", **dimensions: str
    ) -> cloudwatch.Metric:
        """Return a metric. `dimensions` must be all that the handlers add to it."""
        return _metric(self.namespace, name, statistic, {"service": area, **dimensions})

    def by(self, dimension: str, name: str, *, statistic: str) -> cloudwatch.MathExpression:
        """Return one line per area and value of the dimension, for dashboards only."""
        schema = f"{{{self.namespace},service,{dimension}}}"
        seconds = PERIOD.to_seconds()
        return cloudwatch.MathExpression(
            expression=f"SEARCH('{schema} MetricName=\"{name}\"', '{statistic}', {seconds:.0f})",
            using_metrics={},
            label="",
            period=PERIOD,
        )


def _metric(
    namespace: str,
    name: str,
    statistic: str,
    dimensions: dict[str, str],
    *,
    period: cdk.Duration = PERIOD,
    label: str | None = None,
) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=name,
        dimensions_map=dimensions,
        statistic=statistic,
        period=period,
        label=label,
    )
