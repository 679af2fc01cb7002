"""The dashboard that an operator keeps open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.alarms import GUARDED_UPSTREAMS, SALESFORCE_AREAS
from infra.components.monitoring import PERIOD, PortalMetrics
from infra.components.queues import QueuePair

HALF, HEIGHT = 12, 6


def create_dashboard(
    scope: Construct,
    id_: str,
    *,
    name: str,
    api: apigateway.RestApi,
    metrics: PortalMetrics,
    functions: Mapping[str, cloudwatch.IMetric],
    queues: Mapping[str, QueuePair],
    alarms: Sequence[cloudwatch.IAlarm],
) -> cloudwatch.Dashboard:
    """What is wrong now, the business, the API, outside systems, queues and Lambdas.

    `functions` are error counts by endpoint id.
    """
    dashboard = cloudwatch.Dashboard(
        scope, id_, dashboard_name=name, default_interval=cdk.Duration.hours(12)
    )
    dashboard.add_widgets(
        cloudwatch.AlarmStatusWidget(
            title="Alarms", alarms=list(alarms), width=2 * HALF, height=HEIGHT
        )
    )
    dashboard.add_widgets(*_business(metrics))
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
    dashboard.add_widgets(*_upstreams(metrics))
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


def _business(metrics: PortalMetrics) -> list[cloudwatch.IWidget]:
    return [
        _graph(
            "Provisioning",
            metrics.of("ProvisioningSucceeded", area="provision"),
            metrics.of("ProvisioningFailed", area="provision"),
        ),
        _graph(
            "E-mail",
            metrics.of("EmailOutcome", area="email", outcome="sent"),
            metrics.of("EmailOutcome", area="email", outcome="uncertain"),
            metrics.of("EmailFailed", area="email"),
        ),
    ]


def _upstreams(metrics: PortalMetrics) -> list[cloudwatch.IWidget]:
    return [
        _graph(
            "Upstream latency, p90, ms", metrics.by_upstream("UpstreamLatency", statistic="p90")
        ),
        _graph("Upstream errors", metrics.by_upstream("UpstreamErrors", statistic="Sum")),
        _graph(
            "Circuits opened",
            *(
                metrics.of("CircuitOpened", area="provision", upstream=upstream)
                for upstream in GUARDED_UPSTREAMS
            ),
        ),
        _graph(
            "Salesforce API requests used, %",
            *(
                metrics.of("SalesforceApiQuotaUsedPercent", area=area, statistic="Maximum")
                for area in SALESFORCE_AREAS
            ),
        ),
        _graph(
            "Calls to the provisioning endpoint that were refused",
            metrics.of("SignatureFailures", area="provision"),
            metrics.of("UnsignedRequests", area="provision"),
        ),
    ]


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
