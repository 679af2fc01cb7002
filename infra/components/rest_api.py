"""The REST API: stage, throttles, access log, authorizer and routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.components.log_groups import LogKeeping, create_log_group
from infra.components.nag import acknowledge
from infra.components.retention import removal_policy

STAGE_NAME = "api"

# Every field is an id, a number or a name: no header, query or body reaches the access log.
ACCESS_LOG_FIELDS = {
    "requestId": "$context.requestId",
    "extendedRequestId": "$context.extendedRequestId",
    "traceId": "$context.xrayTraceId",
    "time": "$context.requestTime",
    "method": "$context.httpMethod",
    "resource": "$context.resourcePath",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "latencyMs": "$context.responseLatency",
    "integrationLatencyMs": "$context.integrationLatency",
    "integrationStatus": "$context.integration.status",
    "errorType": "$context.error.responseType",
    "sourceIp": "$context.identity.sourceIp",
    "userId": "$context.authorizer.claims.sub",
}


@dataclass(frozen=True, kw_only=True)
class Throttle:
    """A throttle: requests per second, and the burst."""

    rate: int
    burst: int


@dataclass(frozen=True, kw_only=True)
class ApiLimits:
    """The throttles of the API, and the networks that may call it.

    `by_method` is keyed by `/path/METHOD`; `networks` limits `METHOD/path` patterns to CIDR ranges.
    """

    overall: Throttle
    by_method: Mapping[str, Throttle]
    networks: Mapping[str, Sequence[str]]


def create_rest_api(
    scope: Construct,
    id_: str,
    *,
    name: str,
    description: str,
    limits: ApiLimits,
    log_keeping: LogKeeping,
    account_logging: bool,
    default_endpoint: bool,
) -> apigateway.RestApi:
    """Create the API without routes.

    With `default_endpoint` False, the execute-api host name is closed, for an API with a domain of
    its own. `account_logging` creates the account's role for API Gateway's logs.
    """
    log_group = create_log_group(
        scope, f"{id_}AccessLogs", name=f"/aws/apigateway/{name}", keeping=log_keeping
    )
    api = apigateway.RestApi(
        scope,
        id_,
        rest_api_name=name,
        description=description,
        endpoint_types=[apigateway.EndpointType.REGIONAL],
        disable_execute_api_endpoint=None if default_endpoint else True,
        cloud_watch_role=account_logging,
        cloud_watch_role_removal_policy=removal_policy(retain=True) if account_logging else None,
        policy=_network_policy(limits.networks) if limits.networks else None,
        deploy_options=_stage_options(limits, log_group=log_group),
    )
    _own_execution_logs(scope, f"{id_}ExecutionLogs", api=api, keeping=log_keeping)
    api.node.try_remove_child("Endpoint")  # the stack writes this output with another name
    acknowledge(
        api,
        "AwsSolutions-APIG2",
        "Requests are validated by the handlers' pydantic models, which answer with field-level "
        "problem documents; a second, weaker schema at the gateway would drift from them.",
    )
    if account_logging:
        acknowledge(
            api,
            "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
            "AmazonAPIGatewayPushToCloudWatchLogs]",
            "API Gateway's own managed policy for the account-wide role that writes its logs.",
        )
    return api


def _own_execution_logs(
    scope: Construct, id_: str, *, api: apigateway.RestApi, keeping: LogKeeping
) -> None:
    """Create the log group of the execution logs, with a retention.

    Otherwise API Gateway would create it at the first error and keep its logs forever. API Gateway
    defines its name (developer guide, "Set up CloudWatch API logging using the API Gateway
    console"). It must exist before the stage.
    """
    name = f"API-Gateway-Execution-Logs_{api.rest_api_id}/{STAGE_NAME}"
    group = create_log_group(scope, id_, name=name, keeping=keeping)
    api.deployment_stage.node.add_dependency(group)


def _stage_options(limits: ApiLimits, *, log_group: logs.ILogGroup) -> apigateway.StageOptions:
    return apigateway.StageOptions(
        stage_name=STAGE_NAME,
        tracing_enabled=True,
        metrics_enabled=True,
        # Errors only and never the payload: execution logs would hold tokens and addresses.
        logging_level=apigateway.MethodLoggingLevel.ERROR,
        data_trace_enabled=False,
        throttling_rate_limit=limits.overall.rate,
        throttling_burst_limit=limits.overall.burst,
        # A method's settings replace the stage's as a whole, so the others are repeated.
        method_options={
            path: apigateway.MethodDeploymentOptions(
                metrics_enabled=True,
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                data_trace_enabled=False,
                throttling_rate_limit=throttle.rate,
                throttling_burst_limit=throttle.burst,
            )
            for path, throttle in limits.by_method.items()
        },
        access_log_destination=apigateway.LogGroupLogDestination(log_group),
        access_log_format=apigateway.AccessLogFormat.custom(_access_log_format()),
    )


def create_authorizer(
    scope: Construct, id_: str, *, name: str, pool: cognito.IUserPool
) -> apigateway.CognitoUserPoolsAuthorizer:
    """Create the authorizer, which verifies the pool's ID tokens and caches no result."""
    return apigateway.CognitoUserPoolsAuthorizer(
        scope,
        id_,
        authorizer_name=name,
        cognito_user_pools=[pool],
        results_cache_ttl=cdk.Duration.seconds(0),
    )


def add_route(
    api: apigateway.RestApi,
    *,
    method: str,
    path: str,
    function: lambda_.IFunction,
    authorizer: apigateway.IAuthorizer | None,
    public_because: str,
) -> apigateway.Method:
    """Route `method path` to a Lambda.

    Without an authorizer, `public_because` names the other protection of the route.
    """
    route = api.root.resource_for_path(path).add_method(
        method,
        apigateway.LambdaIntegration(function, proxy=True, allow_test_invoke=False),
        authorization_type=(
            apigateway.AuthorizationType.COGNITO
            if authorizer
            else apigateway.AuthorizationType.NONE
        ),
        authorizer=authorizer,
    )
    if authorizer is None:
        acknowledge(route, "AwsSolutions-APIG4", public_because)
        acknowledge(route, "AwsSolutions-COG4", public_because)
    return route


def add_domain(
    api: apigateway.RestApi, id_: str, *, domain_name: str, certificate_arn: str
) -> apigateway.DomainName:
    """Serve the API under a name of its own; public paths keep their `/api` prefix."""
    return api.add_domain_name(
        id_,
        domain_name=domain_name,
        certificate=acm.Certificate.from_certificate_arn(api, f"{id_}Certificate", certificate_arn),
        endpoint_type=apigateway.EndpointType.REGIONAL,
        security_policy=apigateway.SecurityPolicy.TLS_1_2,
        base_path=STAGE_NAME,
    )


def _access_log_format() -> str:
    return "{" + ",".join(f'"{key}":"{value}"' for key, value in ACCESS_LOG_FIELDS.items()) + "}"


def _network_policy(allowed_networks: Mapping[str, Sequence[str]]) -> iam.PolicyDocument:
    """Allow everything, then explicitly deny the given routes to other networks.

    An Allow with an address condition is not enough: where an authorizer also allows, the two are
    combined, and only an explicit Deny always decides (API Gateway developer guide, authorization
    flow).
    """
    everyone = iam.PolicyStatement(
        effect=iam.Effect.ALLOW,
        principals=[iam.AnyPrincipal()],
        actions=["execute-api:Invoke"],
        resources=["execute-api:/*"],
    )
    denials = [
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=["execute-api:Invoke"],
            resources=[f"execute-api:/*/{route}"],
            conditions={"NotIpAddress": {"aws:SourceIp": list(networks)}},
        )
        for route, networks in allowed_networks.items()
    ]
    return iam.PolicyDocument(statements=[everyone, *denials])
