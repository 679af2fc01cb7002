"""Alarms, each with a link to its runbook."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.alarms import AlarmRow
from infra.components.metrics import (
    PERIOD,
    PortalMetrics,
    account_metric,
    api_metric,
    function_metric,
    queue_metric,
)
from infra.config import ConfigurationError
from infra.paging import COMPOSITE, PAGES

ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
BELOW = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
SERVER_ERROR_PERCENT = 1
SERVER_ERROR_MINIMUM = 5
LATENCY_P99_MS = 5000
TIMEOUT_SHARE = 0.8
SILENT_RUNS = 3
MOST_METRICS = 10
"""Metrics in one alarm. Source: CloudWatch user guide, "CloudWatch service quotas"."""
OLDEST, VISIBLE = "ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"


def create_alarm_topic(scope: Construct, id_: str, *, name: str, email: str) -> sns.Topic:
    """Create the topic that every alarm reports to, with an optional mail subscription."""
    topic = sns.Topic(scope, id_, topic_name=name, enforce_ssl=True)
    # A topic policy replaces SNS' default one, which allows CloudWatch to publish.
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            sid="AllowAlarms",
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(scope).account}},
        )
    )
    if email:
        topic.add_subscription(subscriptions.EmailSubscription(email))
    return topic


@dataclass(frozen=True, kw_only=True)
class Alarms:
    """Creates alarms that all report to one topic.

    `thresholds` replaces the default threshold of alarms, by their name without the prefix.
    """

    scope: Construct
    prefix: str
    topic: sns.ITopic
    thresholds: Mapping[str, float] = field(default_factory=dict)
    created: dict[str, list[cloudwatch.Alarm]] = field(default_factory=dict)
    """The alarms by name. Only those that needed several have more than one."""

    def api(self, api: str) -> None:
        """Create the API's alarms: share of server errors, and latency of the slowest requests."""
        self._alarm(
            "ApiServerErrors",
            metric=cloudwatch.MathExpression(
                expression=f"IF(errors >= {SERVER_ERROR_MINIMUM}, 100 * errors / requests, 0)",
                using_metrics={
                    "errors": api_metric(api, "5XXError"),
                    "requests": api_metric(api, "Count"),
                },
                label="Server errors, % of requests",
                period=PERIOD,
            ),
            what="More than {threshold:g} % of requests ended in a server error.",
            runbook="api-errors",
            threshold=SERVER_ERROR_PERCENT,
            comparison=ABOVE,
            datapoints=(2, 3),
        )
        self._alarm(
            "ApiLatency",
            metric=api_metric(api, "Latency", statistic="p99"),
            what="The slowest 1 % of requests took longer than {threshold:g} ms.",
            runbook="api-latency",
            threshold=LATENCY_P99_MS,
            comparison=ABOVE,
            datapoints=(3, 3),
        )

    def function(self, id_: str, function: str, *, runbook: str) -> None:
        """Create the alarm for errors of a Lambda. They are defects; handlers answer others."""
        self._alarm(
            f"{id_}Errors",
            metric=function_metric(function, "Errors"),
            what=f"{id_} crashed or timed out.",
            runbook=runbook,
        )

    def duration(self, id_: str, function: str, *, timeout: int) -> None:
        """Create the alarm for a background Lambda whose duration is near its timeout (seconds)."""
        self._alarm(
            f"{id_}Duration",
            metric=function_metric(function, "Duration", statistic="Maximum"),
            what=f"{id_} ran longer than {{threshold:.0f}} ms of its {timeout} s.",
            runbook="lambda-duration",
            threshold=1000 * TIMEOUT_SHARE * timeout,
            comparison=ABOVE,
            datapoints=(2, 3),
        )

    def throttles(self) -> None:
        """Create the alarm for refused invocations, which mean that the concurrency is used up."""
        self._alarm(
            "LambdaThrottles",
            metric=account_metric("Throttles"),
            what="Lambda refused invocations: the account's concurrency is used up.",
            runbook="lambda-throttles",
        )

    def queue(self, id_: str, queue: str, *, minutes: int, runbook: str) -> None:
        """Create the alarm for a queue whose oldest message has waited too long."""
        self._alarm(
            f"{id_}QueueAge",
            metric=queue_metric(queue, OLDEST),
            what=f"The oldest message of the {id_} queue has waited for {{minutes:g}} minutes.",
            runbook=runbook,
            threshold=60 * minutes,
            comparison=ABOVE,
        )

    def dead_letters(self, id_: str, queue: str, *, runbook: str) -> None:
        """Create the alarm for a dead-letter queue that is not empty."""
        self._alarm(
            f"{id_}DeadLetters",
            metric=queue_metric(queue, VISIBLE, period=cdk.Duration.minutes(1)),
            what=f"Messages of the {id_} queue were given up.",
            runbook=runbook,
        )

    def silent(self, id_: str, function: str, *, minutes: int) -> None:
        """Create the alarm for a scheduled Lambda that missed three intervals (in minutes).

        A function that does not run emits no metric, so missing data raises this alarm.
        """
        interval = cdk.Duration.minutes(minutes)
        self._alarm(
            f"{id_}Silent",
            metric=function_metric(function, "Invocations", period=interval),
            what=f"{id_} did not run for {SILENT_RUNS * minutes} minutes.",
            runbook="scheduled-function-silent",
            comparison=BELOW,
            datapoints=(SILENT_RUNS, SILENT_RUNS),
            missing=cloudwatch.TreatMissingData.BREACHING,
        )

    def tables(self, throttled: Mapping[str, Mapping[str, cloudwatch.IMetric]]) -> None:
        """Create an alarm each for throttled reads and writes of any table or index.

        `throttled` has the metrics by a lower-case name, by `Read` and `Write`. ThrottledRequests
        is not used, because DynamoDB emits it by table and operation, never by table alone.
        """
        for kind, metrics in throttled.items():
            self._alarm(
                f"Table{kind}Throttles",
                metric=_sum(metrics, label=f"{kind} throttle events, all tables"),
                what=f"DynamoDB throttled {kind.lower()}s.",
                runbook="dynamodb-throttles",
            )

    def own(self, row: AlarmRow, metrics: PortalMetrics) -> None:
        """Create the alarm of a row of `infra/alarms.py`.

        A row with more areas than an alarm takes gets further alarms, numbered from 2.
        """
        for areas in _groups(row.areas):
            by_area = {area: metrics.of_row(row, area) for area in areas}
            combine = _highest if row.level else _sum
            alone = next(iter(by_area.values())) if len(by_area) == 1 else None
            self._alarm(
                row.name,
                metric=alone or combine(by_area, label=f"{row.metric}, {len(areas)} areas"),
                what=row.what,
                runbook=row.runbook,
                threshold=row.threshold,
            )

    def page(self, topic: sns.ITopic) -> cloudwatch.CompositeAlarm:
        """Create the composite alarm, which is raised while any alarm of `PAGES` is.

        Its rule names the alarms by their names, as PutCompositeAlarm allows.
        """
        paging = [alarm for name in PAGES for alarm in self.created[name]]
        rule = " OR ".join(
            f'ALARM("{self._called(name, number)}")'
            for name in PAGES
            for number, _ in enumerate(self.created[name], start=1)
        )
        composite = cloudwatch.CompositeAlarm(
            self.scope,
            f"{COMPOSITE}Alarm",
            composite_alarm_name=f"{self.prefix}-{COMPOSITE}",
            alarm_description="An alarm is raised that customers notice and only a person can end. "
            "Runbook: docs/runbooks/paging.md",
            alarm_rule=cloudwatch.AlarmRule.from_string(rule),
        )
        # The rule is a text, so CloudFormation does not see that the alarms have to exist.
        composite.node.add_dependency(*paging)
        action = actions.SnsAction(topic)
        composite.add_alarm_action(action)
        composite.add_ok_action(action)
        return composite

    def refuse_unknown_thresholds(self) -> None:
        """Raise ConfigurationError when a threshold is set for an alarm that does not exist."""
        unknown = sorted(self.thresholds.keys() - self.created.keys())
        if unknown:
            msg = (
                f"ALARM_THRESHOLDS: there is no alarm {', '.join(unknown)}; "
                "docs/operations.md lists the alarms"
            )
            raise ConfigurationError(msg)

    def _alarm(
        self,
        name: str,
        *,
        metric: cloudwatch.IMetric,
        what: str,
        runbook: str,
        threshold: float = 1,
        comparison: cloudwatch.ComparisonOperator = AT_LEAST,
        datapoints: tuple[int, int] = (1, 1),
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
    ) -> None:
        """Create an alarm, or one more of its name. `datapoints` are (to alarm, evaluated)."""
        to_alarm, evaluated = datapoints
        threshold = self.thresholds.get(name, threshold)
        says = what.format(threshold=threshold, minutes=threshold / 60)
        called = self._called(name, len(self.created.get(name, ())) + 1)
        alarm = cloudwatch.Alarm(
            self.scope,
            f"{called.removeprefix(f'{self.prefix}-')}Alarm",
            alarm_name=called,
            alarm_description=f"{says} Runbook: docs/runbooks/{runbook}.md",
            metric=metric,
            threshold=threshold,
            comparison_operator=comparison,
            datapoints_to_alarm=to_alarm,
            evaluation_periods=evaluated,
            treat_missing_data=missing,
        )
        action = actions.SnsAction(self.topic)
        alarm.add_alarm_action(action)
        alarm.add_ok_action(action)
        self.created.setdefault(name, []).append(alarm)

    def _called(self, name: str, number: int) -> str:
        return f"{self.prefix}-{name if number == 1 else f'{name}{number}'}"


def _groups(areas: Sequence[str]) -> list[Sequence[str]]:
    """The areas in as few groups as possible, which are about equally large."""
    count = math.ceil(len(areas) / MOST_METRICS)
    return [areas[start::count] for start in range(count)]


def _sum(metrics: Mapping[str, cloudwatch.IMetric], *, label: str) -> cloudwatch.MathExpression:
    return cloudwatch.MathExpression(
        expression=" + ".join(f"FILL({name}, 0)" for name in metrics),
        using_metrics=dict(metrics),
        label=label,
        period=PERIOD,
    )


def _highest(metrics: Mapping[str, cloudwatch.IMetric], *, label: str) -> cloudwatch.MathExpression:
    filled = ", ".join(f"FILL({name}, 0)" for name in metrics)
    return cloudwatch.MathExpression(
        expression=f"MAX([{filled}])", using_metrics=dict(metrics), label=label, period=PERIOD
    )
