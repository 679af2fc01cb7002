"""Alarms, each with where to read what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

PERIOD = cdk.Duration.minutes(5)
ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
SERVER_ERROR_PERCENT = 1
SERVER_ERROR_MINIMUM = 5
LATENCY_P99_MS = 5000
TIMEOUT_SHARE = 0.8
QUOTA_PERCENT = 80


def create_alarm_topic(scope: Construct, id_: str, *, name: str, email: str) -> sns.Topic:
    """The topic that every alarm reports to, with an optional mail subscription."""
    topic = sns.Topic(scope, id_, topic_name=name, enforce_ssl=True)
    # A topic with a policy of its own loses SNS's default one, which had let CloudWatch publish.
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
    """Creates alarms that all report to one topic."""

    scope: Construct
    prefix: str
    topic: sns.ITopic
    created: list[cloudwatch.Alarm] = field(default_factory=list)

    def api(self, api: apigateway.RestApi) -> None:
        """The API as its callers see it: share of server errors, and the slowest requests."""
        stage = api.deployment_stage
        errors = stage.metric_server_error(statistic="Sum", period=PERIOD)
        self._alarm(
            "ApiServerErrors",
            metric=cloudwatch.MathExpression(
                expression=f"IF(errors >= {SERVER_ERROR_MINIMUM}, 100 * errors / requests, 0)",
                using_metrics={
                    "errors": errors,
                    "requests": stage.metric_count(statistic="Sum", period=PERIOD),
                },
                label="Server errors, % of requests",
                period=PERIOD,
            ),
            what=f"More than {SERVER_ERROR_PERCENT} % of requests ended in a server error.",
            runbook="api-errors",
            threshold=SERVER_ERROR_PERCENT,
            comparison=ABOVE,
            datapoints=(2, 3),
        )
        self._alarm(
            "ApiLatency",
            metric=stage.metric_latency(statistic="p99", period=PERIOD),
            what=f"The slowest 1 % of requests took longer than {LATENCY_P99_MS} ms.",
            runbook="api-latency",
            threshold=LATENCY_P99_MS,
            comparison=ABOVE,
            datapoints=(3, 3),
        )

    def function(self, id_: str, function: lambda_.Function, *, runbook: str) -> None:
        """A Lambda that raises: handlers answer every expected error, so each one is a fault."""
        self._alarm(
            f"{id_}Errors",
            metric=function.metric_errors(statistic="Sum", period=PERIOD),
            what=f"{id_} crashed or timed out.",
            runbook=runbook,
        )

    def duration(self, id_: str, function: lambda_.Function, *, timeout: int) -> None:
        """A background Lambda that comes near its timeout, in seconds."""
        threshold = 1000 * TIMEOUT_SHARE * timeout
        self._alarm(
            f"{id_}Duration",
            metric=function.metric_duration(statistic="Maximum", period=PERIOD),
            what=f"{id_} ran longer than {threshold:.0f} ms of its {timeout} s.",
            runbook="lambda-duration",
            threshold=threshold,
            comparison=ABOVE,
            datapoints=(2, 3),
        )

    def throttles(self) -> None:
        """Lambda refused invocations anywhere in the account: the concurrency quota is used up."""
        self._alarm(
            "LambdaThrottles",
            metric=lambda_.Function.metric_all_throttles(statistic="Sum", period=PERIOD),
            what="Lambda refused invocations: the account's concurrency is used up.",
            runbook="lambda-throttles",
        )

    def queue(self, id_: str, queue: sqs.Queue, *, minutes: int, runbook: str) -> None:
        """A queue whose oldest message has waited too long."""
        self._alarm(
            f"{id_}QueueAge",
            metric=queue.metric_approximate_age_of_oldest_message(
                statistic="Maximum", period=PERIOD
            ),
            what=f"The oldest message of the {id_} queue has waited for {minutes} minutes.",
            runbook=runbook,
            threshold=60 * minutes,
            comparison=ABOVE,
        )

    def dead_letters(self, id_: str, queue: sqs.Queue, *, runbook: str) -> None:
        """A dead-letter queue that is not empty."""
        self._alarm(
            f"{id_}DeadLetters",
            metric=queue.metric_approximate_number_of_messages_visible(
                statistic="Maximum", period=cdk.Duration.minutes(1)
            ),
            what=f"Messages of the {id_} queue were given up.",
            runbook=runbook,
        )

    def tables(self, throttled: Mapping[str, cloudwatch.IMetric]) -> None:
        """DynamoDB refused requests of any table; metrics by a lower-case name each."""
        self._alarm(
            "TableThrottles",
            metric=_sum(throttled, label="Throttled requests, all tables"),
            what="DynamoDB throttled requests.",
            runbook="dynamodb-throttles",
        )

    def unexpected_errors(self, counts: Mapping[str, cloudwatch.IMetric]) -> None:
        """A handler met an error that it does not know: a fault of ours; metrics by area."""
        self._alarm(
            "UnexpectedErrors",
            metric=_sum(counts, label="Unexpected errors, all areas"),
            what="A handler met an error that it does not know.",
            runbook="unexpected-errors",
        )

    def salesforce_quota(self, percentages: Mapping[str, cloudwatch.IMetric]) -> None:
        """Salesforce's daily API requests are nearly used up; metrics by area that calls it."""
        filled = ", ".join(f"FILL({name}, 0)" for name in percentages)
        self._alarm(
            "SalesforceQuota",
            metric=cloudwatch.MathExpression(
                expression=f"MAX([{filled}])",
                using_metrics=dict(percentages),
                label="Salesforce API requests used, %",
                period=PERIOD,
            ),
            what=f"{QUOTA_PERCENT} % of the day's Salesforce API requests are used.",
            runbook="salesforce-quota",
            threshold=QUOTA_PERCENT,
        )

    def counted(self, id_: str, *, metric: cloudwatch.IMetric, what: str, runbook: str) -> None:
        """An event of the portal's own that must not happen even once."""
        self._alarm(id_, metric=metric, what=what, runbook=runbook)

    def _alarm(
        self,
        id_: str,
        *,
        metric: cloudwatch.IMetric,
        what: str,
        runbook: str,
        threshold: float = 1,
        comparison: cloudwatch.ComparisonOperator = AT_LEAST,
        datapoints: tuple[int, int] = (1, 1),
    ) -> None:
        """`datapoints` are (to alarm, evaluated)."""
        to_alarm, evaluated = datapoints
        alarm = cloudwatch.Alarm(
            self.scope,
            f"{id_}Alarm",
            alarm_name=f"{self.prefix}-{id_}",
            alarm_description=f"{what} Runbook: docs/runbooks/{runbook}.md",
            metric=metric,
            threshold=threshold,
            comparison_operator=comparison,
            datapoints_to_alarm=to_alarm,
            evaluation_periods=evaluated,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        action = actions.SnsAction(self.topic)
        alarm.add_alarm_action(action)
        alarm.add_ok_action(action)
        self.created.append(alarm)


def _sum(metrics: Mapping[str, cloudwatch.IMetric], *, label: str) -> cloudwatch.MathExpression:
    return cloudwatch.MathExpression(
        expression=" + ".join(f"FILL({name}, 0)" for name in metrics),
        using_metrics=dict(metrics),
        label=label,
        period=PERIOD,
    )


def portal_metric(name: str, *, service: str, **dimensions: str) -> cloudwatch.Metric:
    """A count that the handlers of an area emit; `dimensions` must be all that they add to it."""
    return cloudwatch.Metric(
        namespace="Portal",
        metric_name=name,
        dimensions_map={"service": service, **dimensions},
        statistic="Sum",
        period=PERIOD,
    )
