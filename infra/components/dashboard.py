"""The dashboard that an operator keeps open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.components.monitoring import PERIOD, portal_metric
from infra.components.queues import QueuePair

HALF, HEIGHT = 12, 6


def create_dashboard(
    scope: Construct,
    id_: str,
    *,
    name: str,
    api: apigateway.RestApi,
    functions: Mapping[str, cloudwatch.IMetric],
    queues: Mapping[str, QueuePair],
    alarms: Sequence[cloudwatch.IAlarm],
) -> cloudwatch.Dashboard:
    """What is wrong now, then the business, then the machinery; `functions` are error counts."""
    dashboard = cloudwatch.Dashboard(
        scope, id_, dashboard_name=name, default_interval=cdk.Duration.hours(12)
    )
    dashboard.add_widgets(
        cloudwatch.AlarmStatusWidget(
            title="Alarms", alarms=list(alarms), width=2 * HALF, height=HEIGHT
        )
    )
    dashboard.add_widgets(
        _graph(
            "Provisioning",
            portal_metric("ProvisioningSucceeded", service="provision"),
            portal_metric("ProvisioningFailed", service="provision"),
        ),
        _graph(
            "E-mail",
            portal_metric("EmailOutcome", service="email", outcome="sent"),
            portal_metric("EmailOutcome", service="email", outcome="uncertain"),
            portal_metric("MessagesGivenUp", service="email"),
        ),
    )
    stage = api.deployment_stage
    dashboard.add_widgets(
        _graph(
            "API requests and errors",
            stage.metric_count(statistic="Sum", period=PERIOD),
            stage.metric_client_error(statistic="Sum", period=PERIOD),
            stage.metric_server_error(statistic="Sum", period=PERIOD),
        ),
        _graph(
            "API latency, ms",
            *(stage.metric_latency(statistic=s, period=PERIOD) for s in ("p50", "p90", "p99")),
        ),
    )
    dashboard.add_widgets(
        _graph("Oldest message, s", *(_age(pair, label) for label, pair in queues.items())),
        _graph("Dead letters", *(_dead(pair, label) for label, pair in queues.items())),
    )
    dashboard.add_widgets(
        cloudwatch.GraphWidget(
            title="Lambda errors", left=list(functions.values()), width=2 * HALF, height=HEIGHT
        )
    )
    return dashboard


def _graph(title: str, *metrics: cloudwatch.IMetric) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=HALF, height=HEIGHT)


def _age(pair: QueuePair, label: str) -> cloudwatch.Metric:
    return pair.queue.metric_approximate_age_of_oldest_message(
        statistic="Maximum", period=PERIOD, label=label
    )


def _dead(pair: QueuePair, label: str) -> cloudwatch.Metric:
    return pair.dead_letters.metric_approximate_number_of_messages_visible(
        statistic="Maximum", period=PERIOD, label=label
    )
