"""Which alarms watch which parts, and the dashboard."""

from __future__ import annotations

from collections.abc import Iterator

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.alarms import ALARMS
from infra.components.dashboard import create_dashboard
from infra.components.monitoring import PERIOD, Alarms, PortalMetrics, create_alarm_topic
from infra.components.service_function import ServiceFunction
from infra.components.tables import STATUS_INDEX
from infra.config import Config
from infra.endpoints import ENDPOINTS
from infra.environment import metrics_namespace
from infra.queues import QUEUES
from infra.resource_names import Table
from infra.stacks.functions import construct_id
from infra.stacks.state import State


def observe(
    scope: Construct,
    *,
    config: Config,
    state: State,
    functions: dict[str, ServiceFunction],
    api: apigateway.RestApi,
    prefix: str,
) -> sns.Topic:
    """Create every alarm and the dashboard; returns the topic that alarms report to."""
    topic = create_alarm_topic(
        scope, "AlarmTopic", name=f"{prefix}-alarms", email=config.alarm_email
    )
    metrics = PortalMetrics(metrics_namespace(config.stage))
    alarms = Alarms(scope=scope, prefix=prefix, topic=topic)
    alarms.api(api)
    alarms.throttles()
    _watch_functions(alarms, functions)
    for row in QUEUES:
        pair, id_ = state.queues[row.queue], row.queue.camel_case
        alarms.queue(id_, pair.queue, minutes=row.oldest_minutes, runbook=row.runbook)
        alarms.dead_letters(id_, pair.dead_letters, runbook=row.dead_letters_runbook)
    alarms.tables({kind: dict(_throttled(state, kind)) for kind in ("Read", "Write")})
    for alarm in ALARMS:
        alarms.own(alarm, metrics)
    create_dashboard(
        scope,
        "Dashboard",
        name=prefix,
        api=api,
        metrics=metrics,
        functions={
            id_: item.function.metric_errors(statistic="Sum", period=PERIOD, label=id_)
            for id_, item in functions.items()
        },
        queues={queue.value: pair for queue, pair in state.queues.items()},
        alarms=alarms.created,
    )
    return topic


def _watch_functions(alarms: Alarms, functions: dict[str, ServiceFunction]) -> None:
    for endpoint in ENDPOINTS:
        id_, function = construct_id(endpoint), functions[endpoint.id].function
        alarms.function(id_, function, runbook="lambda-errors")
        if endpoint.route is None:
            alarms.duration(id_, function, timeout=endpoint.timeout)
        if endpoint.every_minutes is not None:
            alarms.silent(id_, function, minutes=endpoint.every_minutes)


def _throttled(state: State, kind: str) -> Iterator[tuple[str, cloudwatch.Metric]]:
    """Throttled events of one kind by table, and by index for the table that has one."""
    for table, item in state.tables.items():
        yield table.value, _events(item, kind)
    index = _events(state.tables[Table.WORKFLOW], kind, GlobalSecondaryIndexName=STATUS_INDEX)
    yield f"{Table.WORKFLOW.value}_index", index


def _events(table: dynamodb.Table, kind: str, **dimensions: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/DynamoDB",
        metric_name=f"{kind}ThrottleEvents",
        dimensions_map={"TableName": table.table_name, **dimensions},
        statistic="Sum",
        period=PERIOD,
    )
