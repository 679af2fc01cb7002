"""Makes the gateway answer 405 for a method that a known path does not have.

Otherwise API Gateway answers such a request like one for an unknown path.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from aws_cdk import aws_apigateway as apigateway
from portal.api.headers import SECURITY_HEADERS
from portal.domain import problems
from portal.domain.problems import Problem

from infra.components.nag import acknowledge


def refuse_other_methods(
    api: apigateway.RestApi, *, path: str, methods: Sequence[str], origin: str
) -> apigateway.Method:
    """Answer every method of `path` except for `methods`, which have routes.

    Pages of `origin` may read the answer. The correlation id is the gateway's request id, as in the
    gateway's other answers.
    """
    headers = {
        "Allow": f"'{', '.join(methods)}'",
        "Content-Type": "'application/problem+json'",
        "Cache-Control": "'no-store'",
        "Access-Control-Allow-Origin": f"'{origin}'",
        "Access-Control-Allow-Credentials": "'true'",
        "Access-Control-Expose-Headers": "'X-Correlation-Id,Allow'",
        "Vary": "'Origin'",
        **{name: f"'{value}'" for name, value in SECURITY_HEADERS.items()},
    }
    names = {f"method.response.header.{name}": value for name, value in headers.items()}
    method = api.root.resource_for_path(path).add_method(
        "ANY",
        apigateway.MockIntegration(
            # The gateway refuses a body of another type by itself.
            passthrough_behavior=apigateway.PassthroughBehavior.NEVER,
            request_templates={"application/json": '{"statusCode":405}'},
            integration_responses=[
                apigateway.IntegrationResponse(
                    status_code="405",
                    response_parameters=names,
                    response_templates={"application/json": _body(methods)},
                )
            ],
        ),
        authorization_type=apigateway.AuthorizationType.NONE,
        method_responses=[
            apigateway.MethodResponse(
                status_code="405", response_parameters=dict.fromkeys(names, True)
            )
        ],
    )
    reason = "The answer is a constant that refuses the request."
    acknowledge(method, "AwsSolutions-APIG4", reason)
    acknowledge(method, "AwsSolutions-COG4", reason)
    return method


def _body(methods: Sequence[str]) -> str:
    problem = Problem(problems.METHOD_NOT_ALLOWED, f"This path takes {', '.join(methods)}.")
    document = json.dumps(problem.as_json(instance="$context.requestId"))
    # A mapping of the header accepts no context variable here, but the template may set it.
    correlation = "#set($context.responseOverride.header.X-Correlation-Id = $context.requestId)"
    return f"{correlation}\n{document}"
