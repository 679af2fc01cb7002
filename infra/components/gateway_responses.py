"""API Gateway's own responses as RFC 9457 problems, with CORS headers and correlation id."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_apigateway as apigateway
from portal.api.bodies import MAX_BYTES
from portal.api.headers import EXPOSED_HEADERS, SECURITY_HEADERS
from portal.domain import problems
from portal.domain.problems import Problem, ProblemType

TOO_LARGE = f"Send a body of at most {MAX_BYTES // 1024} KB."
UNKNOWN_OUTCOME = "The request may or may not have been carried out: look before you send it again."


@dataclass(frozen=True)
class GatewayProblem:
    """One gateway response: API Gateway's name for it and the problem it is rendered as.

    `retry_after` is in seconds.
    """

    response_type: str
    type: ProblemType
    detail: str
    retry_after: int | None = None


GATEWAY_PROBLEMS: tuple[GatewayProblem, ...] = (
    GatewayProblem("BAD_REQUEST_BODY", problems.MALFORMED_REQUEST, "The body cannot be read."),
    GatewayProblem(
        "BAD_REQUEST_PARAMETERS", problems.MALFORMED_REQUEST, "A parameter cannot be read."
    ),
    GatewayProblem("UNAUTHORIZED", problems.UNAUTHENTICATED, "Send a valid bearer token."),
    GatewayProblem("EXPIRED_TOKEN", problems.UNAUTHENTICATED, "The token has expired."),
    GatewayProblem("INVALID_SIGNATURE", problems.UNAUTHENTICATED, "Send a valid bearer token."),
    GatewayProblem("ACCESS_DENIED", problems.FORBIDDEN, "The gateway refused the request."),
    GatewayProblem("INVALID_API_KEY", problems.FORBIDDEN, "The gateway refused the request."),
    GatewayProblem("WAF_FILTERED", problems.FORBIDDEN, "The gateway refused the request."),
    # Without IAM authorization, API Gateway reports an unknown path as a missing token.
    GatewayProblem(
        "MISSING_AUTHENTICATION_TOKEN", problems.NOT_FOUND, "There is no such path or method."
    ),
    GatewayProblem("RESOURCE_NOT_FOUND", problems.NOT_FOUND, "There is no such path or method."),
    GatewayProblem(
        "REQUEST_TOO_LARGE",
        problems.PAYLOAD_TOO_LARGE,
        TOO_LARGE,
    ),
    GatewayProblem(
        "UNSUPPORTED_MEDIA_TYPE",
        problems.UNSUPPORTED_MEDIA_TYPE,
        "The content type is not supported.",
    ),
    GatewayProblem("THROTTLED", problems.RATE_LIMITED, "Wait before you try again.", 5),
    GatewayProblem("QUOTA_EXCEEDED", problems.RATE_LIMITED, "Wait before you try again.", 3600),
    GatewayProblem("API_CONFIGURATION_ERROR", problems.INTERNAL, "Quote the correlation id."),
    GatewayProblem(
        "AUTHORIZER_CONFIGURATION_ERROR", problems.INTERNAL, "Quote the correlation id."
    ),
    GatewayProblem("AUTHORIZER_FAILURE", problems.INTERNAL, "Quote the correlation id."),
    GatewayProblem("INTEGRATION_FAILURE", problems.OUTCOME_UNKNOWN, UNKNOWN_OUTCOME, 5),
    GatewayProblem("INTEGRATION_TIMEOUT", problems.OUTCOME_UNKNOWN, UNKNOWN_OUTCOME, 5),
    GatewayProblem("DEFAULT_4XX", problems.MALFORMED_REQUEST, "The gateway refused the request."),
    GatewayProblem("DEFAULT_5XX", problems.INTERNAL, "Quote the correlation id."),
)


def add_gateway_responses(api: apigateway.RestApi, *, origins: Sequence[str]) -> None:
    """Give the API every gateway response above."""
    for problem in GATEWAY_PROBLEMS:
        api.add_gateway_response(
            f"Gateway{problem.response_type.title().replace('_', '')}",
            type=apigateway.ResponseType.of(problem.response_type),
            status_code=str(problem.type.status),
            response_headers=_headers(problem, origins=origins),
            templates={"application/json": _body(problem)},
        )


def _headers(problem: GatewayProblem, *, origins: Sequence[str]) -> dict[str, str]:
    """Return header values in API Gateway's notation, with literals in single quotes.

    A gateway response cannot choose between origins, and must not name the caller's origin. With
    several, it names the first, which is the site's own. Pages of the other origins see a network
    error in place of these answers.
    """
    headers = {
        "Content-Type": "'application/problem+json'",
        "X-Correlation-Id": "context.requestId",
        "Cache-Control": "'no-store'",
        **{name: f"'{value}'" for name, value in SECURITY_HEADERS.items()},
        "Access-Control-Allow-Origin": f"'{origins[0]}'",
        "Access-Control-Allow-Credentials": "'true'",
        "Access-Control-Expose-Headers": f"'{EXPOSED_HEADERS}'",
        "Vary": "'Origin'",
    }
    if problem.retry_after is not None:
        headers["Retry-After"] = f"'{problem.retry_after}'"
    return headers


def _body(problem: GatewayProblem) -> str:
    # The caller's correlation id cannot be checked here, so the gateway's request id replaces it.
    document = Problem(problem.type, problem.detail).as_json(instance="$context.requestId")
    return json.dumps(document)
