"""The monitoring stack of a stage: alarms, the topic that they report to, and the dashboard.

It refers to the portal's resources by name only. So the two stacks import nothing from each other,
and the portal's stack has fewer resources than CloudFormation's limit.
"""

from __future__ import annotations

from collections.abc import Iterator

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.alarms import ALARMS
from infra.components.dashboard import create_dashboard
from infra.components.metrics import PortalMetrics, table_metric
from infra.components.monitoring import Alarms, create_alarm_topic
from infra.components.tables import STATUS_INDEX
from infra.config import Config
from infra.endpoints import ENDPOINTS
from infra.environment import metrics_namespace
from infra.physical_names import PhysicalNames
from infra.queues import QUEUES
from infra.resource_names import Table


class MonitoringStack(cdk.Stack):
    """The alarms and the dashboard of one stage."""

    def __init__(self, scope: Construct, id_: str, *, config: Config) -> None:
        super().__init__(
            scope,
            id_,
            description=f"Alarms and dashboard of the portal, stage {config.stage}",
            synthesizer=cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
        )
        cdk.Tags.of(self).add("portal:stage", config.stage)
        names = PhysicalNames(config.stage)
        metrics = PortalMetrics(metrics_namespace(config.stage))
        topic = create_alarm_topic(
            self, "AlarmTopic", name=f"{names.prefix}-alarms", email=config.alarm_email
        )
        alarms = Alarms(scope=self, prefix=names.prefix, topic=topic, thresholds=config.thresholds)
        alarms.api(names.prefix)
        alarms.throttles()
        _watch_functions(alarms, names, config)
        _watch_queues(alarms, names)
        alarms.tables({kind: dict(_throttled(names, kind)) for kind in ("Read", "Write")})
        for row in ALARMS:
            alarms.own(row, metrics)
        alarms.refuse_unknown_thresholds()
        pages = create_alarm_topic(
            self, "PagingTopic", name=f"{names.prefix}-pages", email=config.paging_email
        )
        composite = alarms.page(pages)
        create_dashboard(
            self,
            "Dashboard",
            names=names,
            metrics=metrics,
            composite=composite,
            alarms=alarms.created,
        )
        cdk.CfnOutput(self, "AlarmTopicArn", value=topic.topic_arn)
        cdk.CfnOutput(self, "PagingTopicArn", value=pages.topic_arn)


def _watch_functions(alarms: Alarms, names: PhysicalNames, config: Config) -> None:
    for endpoint in ENDPOINTS:
        id_, function = endpoint.camel_case, names.function(endpoint)
        alarms.function(id_, function, runbook="lambda-errors")
        if endpoint.route is None:
            alarms.duration(id_, function, timeout=endpoint.timeout)
        chosen = config.number(endpoint.minutes_setting) if endpoint.minutes_setting else 0
        if minutes := endpoint.every_minutes or chosen:
            alarms.silent(id_, function, minutes=minutes)


def _watch_queues(alarms: Alarms, names: PhysicalNames) -> None:
    for row in QUEUES:
        id_ = row.queue.camel_case
        queue, dead_letters = names.queue(row.queue), names.dead_letters(row.queue)
        alarms.queue(id_, queue, minutes=row.oldest_minutes, runbook=row.runbook)
        alarms.dead_letters(id_, dead_letters, runbook=row.dead_letters_runbook)


def _throttled(names: PhysicalNames, kind: str) -> Iterator[tuple[str, cloudwatch.Metric]]:
    """Yield the metrics of throttled events of one kind, by table and by index."""
    event = f"{kind}ThrottleEvents"
    for table in Table:
        yield table.value, table_metric(names.table(table), event)
    workflow = names.table(Table.WORKFLOW)
    yield f"{Table.WORKFLOW.value}_index", table_metric(workflow, event, index=STATUS_INDEX)
