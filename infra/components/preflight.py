"""CORS preflights for exact origins, which the gateway answers itself."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_apigateway as apigateway

from infra.components.nag import acknowledge

ALLOWED_HEADERS = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "X-Correlation-Id",
    "X-Portal-CSRF",
    "X-Portal-Client",
)
MAX_AGE_SECONDS = 600


def add_preflight(
    api: apigateway.RestApi, *, path: str, methods: Sequence[str], origins: Sequence[str]
) -> apigateway.Method:
    """Answer OPTIONS on `path` for the given origins.

    The CDK's own preflight compares origins as regular expressions, in which the dots of a host
    name match any character. Here they are compared as text. The answer to an origin that is not
    listed names the first one, so the browser refuses it.
    """
    headers = {
        "Access-Control-Allow-Origin": f"'{origins[0]}'",
        "Access-Control-Allow-Credentials": "'true'",
        "Access-Control-Allow-Headers": f"'{','.join(ALLOWED_HEADERS)}'",
        "Access-Control-Allow-Methods": f"'{','.join((*methods, 'OPTIONS'))}'",
        "Access-Control-Max-Age": f"'{MAX_AGE_SECONDS}'",
        "Vary": "'Origin'",
    }
    names = {f"method.response.header.{name}": value for name, value in headers.items()}
    method = api.root.resource_for_path(path).add_method(
        "OPTIONS",
        apigateway.MockIntegration(
            request_templates={"application/json": '{"statusCode":204}'},
            integration_responses=[
                apigateway.IntegrationResponse(
                    status_code="204",
                    response_parameters=names,
                    response_templates=_choose_origin(origins),
                )
            ],
        ),
        authorization_type=apigateway.AuthorizationType.NONE,
        method_responses=[
            apigateway.MethodResponse(
                status_code="204", response_parameters=dict.fromkeys(names, True)
            )
        ],
    )
    reason = "A browser sends preflight requests without credentials; the answer is a constant."
    acknowledge(method, "AwsSolutions-APIG4", reason)
    acknowledge(method, "AwsSolutions-COG4", reason)
    return method


def _choose_origin(origins: Sequence[str]) -> dict[str, str] | None:
    """Return the velocity template that names the caller's origin; None for a single origin.

    Header names arrive in the caller's case.
    """
    if len(origins) == 1:
        return None
    same = " || ".join(f'$origin == "{origin}"' for origin in origins)
    template = (
        '#set($origin = $input.params().header.get("Origin"))\n'
        '#if(!$origin)#set($origin = $input.params().header.get("origin"))#end\n'
        f"#if({same})\n"
        "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)\n"
        "#end"
    )
    return {"application/json": template}
