"""The dashboard for operators."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct
from portal.workflow_kinds import OPERATION_KINDS, PROVISION

from infra.alarms import GUARDED_AREAS, GUARDED_UPSTREAMS, SALESFORCE_AREAS
from infra.components.metrics import (
    PortalMetrics,
    api_metric,
    function_metric,
    gigabyte_seconds,
    queue_metric,
    table_metric,
)
from infra.components.monitoring import OLDEST, VISIBLE
from infra.endpoints import ENDPOINTS
from infra.paging import PAGES
from infra.physical_names import PhysicalNames
from infra.resource_names import Queue, Table

HALF, HEIGHT = 12, 6
MOST_ALARMS = 100
"""Alarms in one widget. Source: CloudWatch API reference, "Dashboard body structure and syntax"."""
DELAYED = "ApproximateNumberOfMessagesDelayed"
WAITING = (Queue.PROVISION_WAITING, Queue.OPERATION_WAITING, Queue.EMAIL_WAITING)
MAIL_OUTCOMES = ("sent", "uncertain")


def create_dashboard(
    scope: Construct,
    id_: str,
    *,
    names: PhysicalNames,
    metrics: PortalMetrics,
    composite: cloudwatch.IAlarm,
    alarms: Mapping[str, Sequence[cloudwatch.IAlarm]],
) -> cloudwatch.Dashboard:
    """Create the dashboard, from what customers notice first to what the stage costs."""
    dashboard = cloudwatch.Dashboard(
        scope, id_, dashboard_name=names.prefix, default_interval=cdk.Duration.hours(12)
    )
    for row in (
        _alarms(composite, alarms),
        _customers(names, metrics),
        _provisioning(names, metrics),
        _operations(metrics),
        _mail(metrics),
        _api(names.prefix),
        _upstreams(metrics),
        _queues(names),
        _audit(metrics),
        _defects(names),
        _cost(names),
    ):
        dashboard.add_widgets(*row)
    return dashboard


def _alarms(
    composite: cloudwatch.IAlarm, alarms: Mapping[str, Sequence[cloudwatch.IAlarm]]
) -> list[cloudwatch.IWidget]:
    """Those that page, and the others in as many widgets as they need."""
    paging = [alarm for name in PAGES for alarm in alarms[name]]
    others = [alarm for name in alarms if name not in PAGES for alarm in alarms[name]]
    count = math.ceil(len(others) / MOST_ALARMS)
    return [
        cloudwatch.AlarmStatusWidget(
            title="Alarms that page",
            alarms=[composite, *paging],
            width=2 * HALF,
            height=HEIGHT // 2,
        ),
        *(
            cloudwatch.AlarmStatusWidget(
                title=f"Alarms that notify, part {part + 1} of {count}",
                alarms=others[part::count],
                width=2 * HALF,
                height=HEIGHT,
            )
            for part in range(count)
        ),
    ]


def _customers(names: PhysicalNames, metrics: PortalMetrics) -> list[cloudwatch.IWidget]:
    return [
        _graph(
            "Customers: sign-ups and links",
            *(metrics.of("Registrations", area="auth", kind=k) for k in ("signup", "link")),
            metrics.of("RegistrationsUndone", area="auth"),
        ),
        _graph(
            "Customers: sign-ins, and refused passwords",
            metrics.of("SignIns", area="auth"),
            metrics.of("AuthFailures", area="auth", endpoint="login"),
        ),
        _graph(
            "Customers: orders",
            metrics.of("OrdersPlaced", area="orders"),
            metrics.of("OrdersRecovered", area="orders"),
        ),
        _graph(
            "Customers: pages",
            *(
                function_metric(names.function(endpoint), "Invocations", label=endpoint.id)
                for endpoint in ENDPOINTS
                if endpoint.name in {"list_products", "list_orders", "list_subscriptions"}
            ),
        ),
    ]


def _provisioning(names: PhysicalNames, metrics: PortalMetrics) -> list[cloudwatch.IWidget]:
    word = PROVISION.metrics
    return [
        _graph(
            "Provisioning: orders by outcome",
            *(
                metrics.of(f"{word}{outcome}", area="provision")
                for outcome in ("Succeeded", "Failed", "Cancelled")
            ),
        ),
        _graph(
            "Provisioning: from the button to the end, ms",
            *(
                metrics.of(f"{word}Duration", area="provision", statistic=statistic)
                for statistic in ("p50", "p99")
            ),
        ),
        _graph(
            "Provisioning: retries by cause, and the most of one job",
            metrics.by("code", f"{word}Retries", statistic="Sum"),
            metrics.of(f"{word}RetriesPerJob", area="provision", statistic="Maximum"),
        ),
        _graph(
            "Waiting for an outside system, messages",
            *(queue_metric(names.queue(q), VISIBLE, label=q.value) for q in WAITING),
            *(queue_metric(names.queue(q), DELAYED, label=f"{q.value}, later") for q in WAITING),
        ),
        _graph("Steps, p90, ms", metrics.by("step", "StepLatency", statistic="p90")),
        _graph(
            "Stuck, lost and unreported jobs",
            *(
                metrics.of(f"{word}{what}", area="provision", statistic="Maximum")
                for what in ("Stuck", "Lost", "Unreported")
            ),
        ),
    ]


def _operations(metrics: PortalMetrics) -> list[cloudwatch.IWidget]:
    return [
        _graph(
            f"Operations: {kind.name}",
            *(
                metrics.of(f"{kind.metrics}{outcome}", area="operations")
                for outcome in ("Succeeded", "Declined", "Failed")
            ),
        )
        for kind in OPERATION_KINDS
    ]


def _mail(metrics: PortalMetrics) -> list[cloudwatch.IWidget]:
    return [
        _graph(
            "Mail: what came of it",
            *(metrics.of("EmailOutcome", area="email", outcome=o) for o in MAIL_OUTCOMES),
            metrics.of("MessagesGivenUp", area="email"),
        ),
        _graph(
            "Mail: what waits, and why",
            *(
                metrics.of(name, area="email")
                for name in ("MessagesDelayed", "AccessDenied", "AllowanceUsedUp")
            ),
        ),
    ]


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


def _upstreams(metrics: PortalMetrics) -> list[cloudwatch.IWidget]:
    return [
        *(
            _graph(
                f"Upstream latency, {statistic}, ms",
                metrics.by("upstream", "UpstreamLatency", statistic=statistic),
            )
            for statistic in ("p50", "p99")
        ),
        _graph("Upstream errors", metrics.by("upstream", "UpstreamErrors", statistic="Sum")),
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


def _queues(names: PhysicalNames) -> list[cloudwatch.IWidget]:
    return [
        _graph(
            "Oldest message, s",
            *(queue_metric(names.queue(q), OLDEST, label=q.value) for q in Queue),
        ),
        _graph("Messages", *(queue_metric(names.queue(q), VISIBLE, label=q.value) for q in Queue)),
        _graph(
            "Dead letters",
            *(queue_metric(names.dead_letters(q), VISIBLE, label=q.value) for q in Queue),
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


def _defects(names: PhysicalNames) -> list[cloudwatch.IWidget]:
    errors = [
        function_metric(names.function(endpoint), "Errors", label=endpoint.id)
        for endpoint in ENDPOINTS
    ]
    return [
        cloudwatch.GraphWidget(title="Lambda errors", left=errors, width=2 * HALF, height=HEIGHT)
    ]


def _cost(names: PhysicalNames) -> list[cloudwatch.IWidget]:
    """What AWS charges for by use: invocations, memory over time, requests to tables."""
    areas = list(dict.fromkeys(endpoint.area for endpoint in ENDPOINTS))
    by_area = {area: [e for e in ENDPOINTS if e.area == area] for area in areas}
    return [
        _stacked(
            "Cost: invocations by Lambda",
            *(
                function_metric(names.function(endpoint), "Invocations", label=endpoint.id)
                for endpoint in ENDPOINTS
            ),
        ),
        _stacked(
            "Cost: GB-seconds by area",
            *(
                gigabyte_seconds(
                    area, {names.function(endpoint): endpoint.memory for endpoint in endpoints}
                )
                for area, endpoints in by_area.items()
            ),
        ),
        _stacked(
            "Cost: DynamoDB request units",
            *(
                table_metric(names.table(table), name, label=f"{table.value}, {word}")
                for table in Table
                for name, word in (
                    ("ConsumedReadCapacityUnits", "read"),
                    ("ConsumedWriteCapacityUnits", "written"),
                )
            ),
        ),
    ]


def _graph(title: str, *metrics: cloudwatch.IMetric) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=HALF, height=HEIGHT)


def _stacked(title: str, *metrics: cloudwatch.IMetric) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(
        title=title, left=list(metrics), width=HALF, height=HEIGHT, stacked=True
    )
