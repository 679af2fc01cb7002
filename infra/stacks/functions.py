"""Every Lambda of the endpoint table, with the access that its row grants."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.code_assets import CodeAssets
from infra.components.log_groups import LogKeeping
from infra.components.network import Network
from infra.components.service_function import FunctionSpec, ServiceFunction, create_function
from infra.components.tables import STATUS_INDEX
from infra.config import Config
from infra.endpoint_model import Endpoint
from infra.endpoints import AREAS, ENDPOINTS
from infra.environment import environment_of
from infra.iam_actions import (
    QUEUE_BACK_OFF,
    QUEUE_CONSUME,
    QUEUE_LENGTH,
    QUEUE_SEND,
    SECRET_READ,
    TABLE_READ,
    TABLE_SCAN,
    TABLE_WRITE,
)
from infra.physical_names import PhysicalNames
from infra.resource_names import Table
from infra.stacks.state import State


def create_functions(
    scope: Construct,
    *,
    config: Config,
    state: State,
    assets: CodeAssets,
    layers: Sequence[lambda_.ILayerVersion],
    network: Network | None,
    names: PhysicalNames,
) -> dict[str, ServiceFunction]:
    """Create all functions by endpoint id. Those that call outside systems run in `network`."""
    code = {area: assets.area(area) for area in AREAS}
    resources = _resources(state)
    return {
        endpoint.id: create_function(
            scope,
            endpoint.camel_case,
            spec=FunctionSpec(
                name=names.function(endpoint),
                description=_description(endpoint),
                handler=endpoint.handler,
                environment=environment_of(endpoint, config=config, resources=resources),
                memory=endpoint.memory,
                timeout=endpoint.timeout,
                network=network if endpoint.calls_outside else None,
            ),
            code=code[endpoint.area],
            layers=layers,
            statements=[*_statements(endpoint, state), *_distribution_key(endpoint, config)],
            log_keeping=log_keeping(config),
            snapstart=config.snapstart,
        )
        for endpoint in ENDPOINTS
    }


def log_keeping(config: Config) -> LogKeeping:
    """Return the stage's retention for every log group."""
    return LogKeeping(days=config.log_retention_days, retain=config.retain_data)


def _description(endpoint: Endpoint) -> str:
    if endpoint.route is not None:
        return f"{endpoint.route.method} {endpoint.route.path}"
    if endpoint.consumes:
        return f"Consumes {', '.join(endpoint.consumes)}"
    if endpoint.consumes_dead_letters_of:
        return f"Consumes the dead letters of {', '.join(endpoint.consumes_dead_letters_of)}"
    if endpoint.minutes_setting:
        return f"Runs as {endpoint.minutes_setting} says"
    return f"Runs every {endpoint.every_minutes} minutes"


def _resources(state: State) -> dict[str, str]:
    return {
        **{table.variable: item.table_name for table, item in state.tables.items()},
        **{queue.variable: pair.queue.queue_url for queue, pair in state.queues.items()},
        **{q.dead_letters_variable: p.dead_letters.queue_url for q, p in state.queues.items()},
        **{secret.variable: item.ref for secret, item in state.secrets.items()},
        "USER_POOL_ID": state.user_pool.user_pool_id,
        "USER_POOL_CLIENT_ID": state.user_pool_client.user_pool_client_id,
    }


def _statements(endpoint: Endpoint, state: State) -> list[iam.PolicyStatement]:
    tables, queues = state.tables, state.queues
    statements = [
        *_allow(TABLE_READ, [tables[table].table_arn for table in endpoint.reads]),
        *_allow(TABLE_SCAN, [tables[table].table_arn for table in endpoint.scans]),
        *_allow(TABLE_WRITE, [tables[table].table_arn for table in endpoint.writes]),
        *_allow(QUEUE_SEND, [queues[queue].queue.queue_arn for queue in endpoint.sends]),
        *_allow(QUEUE_SEND, [queues[q].dead_letters.queue_arn for q in endpoint.gives_up_to]),
        *_allow(SECRET_READ, [state.secrets[secret].ref for secret in endpoint.secrets]),
        *_allow(
            [f"cognito-idp:{action}" for action in endpoint.cognito_actions],
            [state.user_pool.user_pool_arn],
        ),
    ]
    if endpoint.queries_status_index:
        index = f"{tables[Table.WORKFLOW].table_arn}/index/{STATUS_INDEX}"
        statements += _allow(["dynamodb:Query"], [index])
    actions = (*QUEUE_CONSUME, *QUEUE_BACK_OFF) if endpoint.backs_off else QUEUE_CONSUME
    statements += _allow(actions, [queues[queue].queue.queue_arn for queue in endpoint.consumes])
    if endpoint.every_minutes is not None:
        # A sweeper requeues nothing while messages are waiting.
        waiting = [queues[queue].queue.queue_arn for queue in endpoint.sends]
        statements += _allow(QUEUE_LENGTH, waiting)
    dead_letters = [queues[queue].dead_letters for queue in endpoint.consumes_dead_letters_of]
    statements += _allow(QUEUE_CONSUME, [queue.queue_arn for queue in dead_letters])
    return statements


def _distribution_key(endpoint: Endpoint, config: Config) -> list[iam.PolicyStatement]:
    """Let whoever counts by address read the distribution's key, which is another stack's."""
    if not config.distribution_secret_id or "DISTRIBUTION_SECRET_ID" not in endpoint.settings:
        return []
    place = f"{cdk.Aws.PARTITION}:secretsmanager:{cdk.Aws.REGION}:{cdk.Aws.ACCOUNT_ID}"
    # Secrets Manager ends the ARN of a secret with a hyphen and six characters of its own.
    return _allow(SECRET_READ, [f"arn:{place}:secret:{config.distribution_secret_id}-??????"])


def _allow(actions: Sequence[str], resources: Sequence[str]) -> list[iam.PolicyStatement]:
    """Return one statement, or none when there are no resources."""
    if not actions or not resources:
        return []
    return [iam.PolicyStatement(actions=list(actions), resources=list(resources))]
