"""Stack outputs: the names that the operator's tools and the local stack look up."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway

from infra.components.network import Network
from infra.components.rest_api import STAGE_NAME
from infra.stacks.state import State


def write_outputs(
    stack: cdk.Stack,
    *,
    state: State,
    network: Network | None,
) -> None:
    """Write addresses and names as outputs. Secrets are written by name, never by value."""
    outputs = {
        "UserPoolId": state.user_pool.user_pool_id,
        "UserPoolClientId": state.user_pool_client.user_pool_client_id,
    }
    for table, item in state.tables.items():
        outputs[f"{table.value.title()}TableName"] = item.table_name
    for queue, pair in state.queues.items():
        outputs[f"{queue.camel_case}QueueUrl"] = pair.queue.queue_url
        outputs[f"{queue.camel_case}DeadLettersUrl"] = pair.dead_letters.queue_url
    for secret, secret_item in state.secrets.items():
        outputs[f"{secret.value.title()}SecretName"] = str(secret_item.name)
    if network is not None and network.addresses:
        outputs["EgressAddresses"] = ",".join(network.addresses)
    for name, value in outputs.items():
        cdk.CfnOutput(stack, name, value=value)


def write_api_outputs(stack: cdk.Stack, *, api: apigateway.RestApi) -> str:
    """Write where the API answers, and return it."""
    url = _url(api)
    outputs = {"ApiUrl": url, "RestApiId": api.rest_api_id}
    if api.domain_name is not None:
        outputs["ApiDomainTarget"] = api.domain_name.domain_name_alias_domain_name
    for name, value in outputs.items():
        cdk.CfnOutput(stack, name, value=value)
    return url


def _url(api: apigateway.RestApi) -> str:
    """Return the API's URL. An API with a domain of its own answers only there."""
    if api.domain_name is not None:
        return f"https://{api.domain_name.domain_name}/{STAGE_NAME}/"
    return api.url
