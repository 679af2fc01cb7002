"""The dashboard for operators."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct
from portal.workflow_kinds import OPERATION_KINDS

from infra.alarms import GUARDED_AREAS, GUARDED_UPSTREAMS, SALESFORCE_AREAS
from infra.components.metrics import PortalMetrics, api_metric, function_metric, queue_metric
from infra.components.monitoring import OLDEST, VISIBLE
from infra.endpoints import ENDPOINTS
from infra.physical_names import PhysicalNames
from infra.resource_names import Queue

HALF, HEIGHT = 12, 6


def create_dashboard(
    scope: Construct,
    id_: str,
    *,
    names: PhysicalNames,
    metrics: PortalMetrics,
    alarms: Sequence[cloudwatch.IAlarm],
) -> cloudwatch.Dashboard:
    """Create the dashboard: alarms, business, API, outside systems, audit, queues, Lambdas."""
    dashboard = cloudwatch.Dashboard(
        scope, id_, dashboard_name=names.prefix, default_interval=cdk.Duration.hours(12)
    )
    dashboard.add_widgets(
        cloudwatch.AlarmStatusWidget(
            title="Alarms", alarms=list(alarms), width=2 * HALF, height=HEIGHT
        )
    )
    dashboard.add_widgets(*_business(metrics))
    dashboard.add_widgets(*_api(names.prefix))
    dashboard.add_widgets(*_upstreams(metrics))
    dashboard.add_widgets(*_audit(metrics))
    dashboard.add_widgets(*_queues(names))
    errors = [
        function_metric(names.function(endpoint), "Errors", label=endpoint.id)
        for endpoint in ENDPOINTS
    ]
    dashboard.add_widgets(
        cloudwatch.GraphWidget(title="Lambda errors", left=errors, width=2 * HALF, height=HEIGHT)
    )
    return dashboard


def _api(api: str) -> list[cloudwatch.IWidget]:
    return [
        _graph(
            "API requests and errors",
            *(api_metric(api, name) for name in ("Count", "4XXError", "5XXError")),
        ),
        _graph(
            "API latency, ms",
            *(api_metric(api, "Latency", statistic=s) for s in ("p50", "p90", "p99")),
        ),
    ]


def _queues(names: PhysicalNames) -> list[cloudwatch.IWidget]:
    return [
        _graph(
            "Oldest message, s",
            *(queue_metric(names.queue(q), OLDEST, label=q.value) for q in Queue),
        ),
        _graph(
            "Dead letters",
            *(queue_metric(names.dead_letters(q), VISIBLE, label=q.value) for q in Queue),
        ),
    ]


def _business(metrics: PortalMetrics) -> list[cloudwatch.IWidget]:
    return [
        _graph(
            "Provisioning",
            metrics.of("ProvisioningSucceeded", area="provision"),
            metrics.of("ProvisioningFailed", area="provision"),
        ),
        *(
            _graph(
                f"Operations: {kind.name}",
                *(
                    metrics.of(f"{kind.metrics}{outcome}", area="operations")
                    for outcome in ("Succeeded", "Declined", "Failed")
                ),
            )
            for kind in OPERATION_KINDS
        ),
        _graph(
            "E-mail",
            metrics.of("EmailOutcome", area="email", outcome="sent"),
            metrics.of("EmailOutcome", area="email", outcome="uncertain"),
            metrics.of("MessagesGivenUp", area="email"),
        ),
    ]


def _audit(metrics: PortalMetrics) -> list[cloudwatch.IWidget]:
    return [
        _graph(
            "Nightly audit, findings",
            metrics.of("AuditFindings", area="audit", statistic="Maximum"),
        ),
        _graph(
            "Nightly audit, hours since the last one",
            metrics.of("AuditAgeHours", area="audit", statistic="Maximum"),
        ),
        _graph(
            "Smoke test, runs",
            metrics.of("SmokePassed", area="smoke"),
            metrics.of("SmokeFailed", area="smoke"),
        ),
        _graph(
            "Smoke test, ms",
            metrics.of("SmokeDuration", area="smoke", statistic="Maximum"),
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
                metrics.of("CircuitOpened", area=area, upstream=upstream)
                for area in GUARDED_AREAS
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
