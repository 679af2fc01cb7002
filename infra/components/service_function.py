"""One Lambda with a log group and a role of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.components.log_groups import LogKeeping, create_log_group
from infra.components.nag import acknowledge
from infra.components.network import Network
from infra.iam_actions import NETWORK_INTERFACES

RUNTIME = lambda_.Runtime.PYTHON_3_13
ARCHITECTURE = lambda_.Architecture.ARM_64


@dataclass(frozen=True, kw_only=True)
class FunctionSpec:
    """The settings of one Lambda. `memory` is in MB, and `timeout` is in seconds."""

    name: str
    description: str
    handler: str
    environment: Mapping[str, str]
    memory: int
    timeout: int
    network: Network | None = None


@dataclass(frozen=True, kw_only=True)
class ServiceFunction:
    """A created Lambda. Triggers call `entry`: the function, or its alias with SnapStart."""

    function: lambda_.Function
    entry: lambda_.IFunction


def create_function(
    scope: Construct,
    id_: str,
    *,
    spec: FunctionSpec,
    code: lambda_.Code,
    layers: Sequence[lambda_.ILayerVersion],
    statements: Sequence[iam.PolicyStatement],
    log_keeping: LogKeeping,
    snapstart: bool,
) -> ServiceFunction:
    """Create the function, its log group and its role with exactly `statements` and logging.

    With a network it runs there, and its role may manage the network interfaces that this takes.
    """
    log_group = create_log_group(
        scope, f"{id_}Logs", name=f"/aws/lambda/{spec.name}", keeping=log_keeping
    )
    network = spec.network
    if network is not None:
        statements = [*statements, _network_interfaces()]
    role = _role(scope, f"{id_}Role", log_group=log_group, statements=statements)
    function = lambda_.Function(
        scope,
        id_,
        function_name=spec.name,
        description=spec.description,
        runtime=RUNTIME,
        architecture=ARCHITECTURE,
        code=code,
        handler=spec.handler,
        layers=list(layers),
        environment=dict(spec.environment),
        # The role is immutable, so no other construct can add statements. The function's row in
        # the table alone decides what it may do.
        role=role.without_policy_updates(),
        memory_size=spec.memory,
        timeout=cdk.Duration.seconds(spec.timeout),
        tracing=lambda_.Tracing.ACTIVE,
        logging_format=lambda_.LoggingFormat.JSON,
        log_group=log_group,
        snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if snapstart else None,
        vpc=network.vpc if network else None,
        vpc_subnets=network.subnets if network else None,
        security_groups=[network.security_group] if network else None,
    )
    acknowledge(
        function,
        "AwsSolutions-L1",
        "Python 3.13 is what the wheels in the layer are built and tested for; the runtime moves "
        "on together with them.",
    )
    entry: lambda_.IFunction = function
    if snapstart:
        acknowledge(
            function,
            "Annotation::@aws-cdk/aws-lambda:snapStartRequirePublish",
            "Every trigger calls the alias, which points at a published version.",
        )
        entry = lambda_.Alias(
            scope, f"{id_}Alias", alias_name="live", version=function.current_version
        )
    return ServiceFunction(function=function, entry=entry)


def _network_interfaces() -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=list(NETWORK_INTERFACES), resources=["*"])


def _role(
    scope: Construct,
    id_: str,
    *,
    log_group: logs.LogGroup,
    statements: Sequence[iam.PolicyStatement],
) -> iam.Role:
    base = [
        iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[log_group.log_group_arn],
        ),
        iam.PolicyStatement(
            actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources=["*"]
        ),
    ]
    role = iam.Role(
        scope,
        id_,
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        inline_policies={"access": iam.PolicyDocument(statements=[*base, *statements])},
    )
    acknowledge(
        role,
        "AwsSolutions-IAM5[Resource::*]",
        "AWS accepts X-Ray's two write actions, and those on the network interfaces of a Lambda "
        "in a VPC, on `*` only.",
    )
    return role
