"""The API: routes, who may call them, limits, preflight and the gateway's own answers."""

from __future__ import annotations

import json
from typing import Any

from portal.domain.limits import LIMITS, PER_ADDRESS
from portal.domain.problems import all_problem_types

from infra.endpoint_model import Access
from infra.endpoints import ENDPOINTS
from infra.limits import ADDRESSES, CREDENTIAL_PATHS
from infra.stacks.api import BROWSER
from tests.infra.settings import ORIGINS
from tests.infra.template import Template, target

ROUTES = {e.id: e.route for e in ENDPOINTS if e.route is not None}
# Every type of the API Gateway developer guide ("Gateway response types") and its status here.
GATEWAY_STATUS = {
    "BAD_REQUEST_BODY": 400,
    "BAD_REQUEST_PARAMETERS": 400,
    "UNAUTHORIZED": 401,
    "EXPIRED_TOKEN": 401,
    "INVALID_SIGNATURE": 401,
    "ACCESS_DENIED": 403,
    "INVALID_API_KEY": 403,
    "WAF_FILTERED": 403,
    "MISSING_AUTHENTICATION_TOKEN": 404,
    "RESOURCE_NOT_FOUND": 404,
    "REQUEST_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "THROTTLED": 429,
    "QUOTA_EXCEEDED": 429,
    "API_CONFIGURATION_ERROR": 500,
    "AUTHORIZER_CONFIGURATION_ERROR": 500,
    "AUTHORIZER_FAILURE": 500,
    "INTEGRATION_FAILURE": 504,
    "INTEGRATION_TIMEOUT": 504,
    "DEFAULT_4XX": 400,
    "DEFAULT_5XX": 500,
}


def path_of(template: Template, resource: Any) -> str:
    """The full path of an API resource, from its chain of parents."""
    if "Fn::GetAtt" in resource:
        return ""
    properties = template.resources[target(resource)]["Properties"]
    return f"{path_of(template, properties['ParentId'])}/{properties['PathPart']}"


def methods(template: Template) -> dict[str, dict[str, Any]]:
    """Properties of every method by `METHOD /path`."""
    return {
        f"{m['Properties']['HttpMethod']} {path_of(template, m['Properties']['ResourceId'])}": m[
            "Properties"
        ]
        for m in template.of("AWS::ApiGateway::Method").values()
    }


def test_every_route_of_the_table_is_there_and_no_other(template: Template) -> None:
    found = {key for key in methods(template) if not key.startswith(("OPTIONS ", "ANY "))}
    assert found == {f"{route.method} {route.path}" for route in ROUTES.values()}


def test_routes_go_to_their_own_function(template: Template) -> None:
    found = methods(template)
    for id_, route in ROUTES.items():
        integration = found[f"{route.method} {route.path}"]["Integration"]
        assert integration["Type"] == "AWS_PROXY"
        function_id, _ = template.named(
            "AWS::Lambda::Function", "FunctionName", f"portal-test-{id_}"
        )
        assert function_id in json.dumps(integration["Uri"])


def test_bearer_routes_and_only_those_have_the_authorizer(template: Template) -> None:
    (authorizer_id,) = template.of("AWS::ApiGateway::Authorizer")
    found = methods(template)
    for route in ROUTES.values():
        method = found[f"{route.method} {route.path}"]
        if route.access is Access.BEARER:
            assert method["AuthorizationType"] == "COGNITO_USER_POOLS"
            assert target(method["AuthorizerId"]) == authorizer_id
        else:
            assert method["AuthorizationType"] == "NONE"
        # Scopes would make the authorizer want access tokens, which open Cognito itself.
        assert "AuthorizationScopes" not in method


def test_the_authorizer_reads_the_authorization_header_and_caches_nothing(
    template: Template,
) -> None:
    (authorizer,) = template.of("AWS::ApiGateway::Authorizer").values()
    assert authorizer["Properties"]["Type"] == "COGNITO_USER_POOLS"
    assert authorizer["Properties"]["IdentitySource"] == "method.request.header.Authorization"
    assert authorizer["Properties"]["AuthorizerResultTtlInSeconds"] == 0


def test_the_stage_is_called_api_and_throttled_where_credentials_are_taken(
    template: Template,
) -> None:
    (stage,) = (r["Properties"] for r in template.of("AWS::ApiGateway::Stage").values())
    assert stage["StageName"] == "api"
    limits = {
        f"{s['HttpMethod']} {s['ResourcePath'].replace('~1', '/').removeprefix('/')}": (
            s["ThrottlingRateLimit"],
            s["ThrottlingBurstLimit"],
        )
        for s in stage["MethodSettings"]
    }
    assert limits.pop("* *") == (50, 100)
    # Sessions are renewed by every open page: only the API's own throttle holds for them.
    assert set(limits) == {f"POST {path}" for path in CREDENTIAL_PATHS}
    for path in CREDENTIAL_PATHS:
        counter = LIMITS[PER_ADDRESS[path]]
        rate, burst = limits[f"POST {path}"]
        assert rate * counter.seconds >= ADDRESSES * counter.attempts
        assert rate <= burst <= 100
    for setting in stage["MethodSettings"]:
        assert setting["MetricsEnabled"] is True
        assert setting["LoggingLevel"] == "ERROR"
        assert setting["DataTraceEnabled"] is False


def test_the_access_log_is_json_without_headers_or_bodies(template: Template) -> None:
    (stage,) = (r["Properties"] for r in template.of("AWS::ApiGateway::Stage").values())
    fields = json.loads(stage["AccessLogSetting"]["Format"])
    assert fields["requestId"] == "$context.requestId"
    assert fields["userId"] == "$context.authorizer.claims.sub"
    assert all(value.startswith("$context.") for value in fields.values())
    assert not any("email" in value or "query" in value for value in fields.values())
    assert stage["TracingEnabled"] is True


def test_preflight_answers_every_path_that_a_browser_calls(template: Template) -> None:
    found = methods(template)
    paths = {route.path for route in ROUTES.values() if route.access in BROWSER}
    assert {key for key in found if key.startswith("OPTIONS ")} == {f"OPTIONS {p}" for p in paths}
    headers = preflight_headers(found["OPTIONS /me/billing"])
    assert headers["Access-Control-Allow-Origin"] == "'https://portal.example.com'"
    assert headers["Access-Control-Allow-Credentials"] == "'true'"
    assert headers["Access-Control-Allow-Methods"] == "'GET,PATCH,OPTIONS'"
    assert set(headers["Access-Control-Allow-Headers"].strip("'").split(",")) == {
        "Authorization",
        "Content-Type",
        "Idempotency-Key",
        "If-Match",
        "If-None-Match",
        "X-Correlation-Id",
        "X-Portal-CSRF",
        "X-Portal-Client",
    }


def test_preflight_compares_several_origins_as_text(production: Template) -> None:
    integration = methods(production)["OPTIONS /me"]["Integration"]
    script = integration["IntegrationResponses"][0]["ResponseTemplates"]["application/json"]
    for origin in ORIGINS:
        assert f'$origin == "{origin}"' in script
    assert ".matches(" not in script


def preflight_headers(method: dict[str, Any]) -> dict[str, str]:
    (response,) = method["Integration"]["IntegrationResponses"]
    return {name.rsplit(".", 1)[1]: value for name, value in response["ResponseParameters"].items()}


def gateway_responses(template: Template) -> dict[str, dict[str, Any]]:
    return {
        r["Properties"]["ResponseType"]: r["Properties"]
        for r in template.of("AWS::ApiGateway::GatewayResponse").values()
    }


def test_the_gateways_own_errors_are_problem_documents(template: Template) -> None:
    responses = gateway_responses(template)
    assert set(responses) == set(GATEWAY_STATUS)
    known = {problem.uri: problem for problem in all_problem_types().values()}
    for properties in responses.values():
        document = json.loads(properties["ResponseTemplates"]["application/json"])
        assert document["instance"] == "$context.requestId"
        assert known[document["type"]].title == document["title"]
        assert str(document["status"]) == properties["StatusCode"]
        headers = properties["ResponseParameters"]
        assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
        assert headers["gatewayresponse.header.X-Correlation-Id"] == "context.requestId"
        assert headers["gatewayresponse.header.Access-Control-Allow-Origin"] == (
            "'https://portal.example.com'"
        )


def test_the_gateways_own_errors_have_the_promised_status(template: Template) -> None:
    responses = gateway_responses(template)
    assert {t: int(responses[t]["StatusCode"]) for t in GATEWAY_STATUS} == GATEWAY_STATUS
    retry = {
        t
        for t, r in responses.items()
        if "gatewayresponse.header.Retry-After" in r["ResponseParameters"]
    }
    assert {"THROTTLED", "QUOTA_EXCEEDED"} <= retry


def test_the_gateways_errors_never_name_any_origin_that_calls(production: Template) -> None:
    for properties in gateway_responses(production).values():
        headers = properties["ResponseParameters"]
        assert headers["gatewayresponse.header.Access-Control-Allow-Origin"] == f"'{ORIGINS[0]}'"
    assert "method.request.header.Origin" not in json.dumps(production.resources)


def test_a_method_that_a_path_does_not_have_is_refused_with_those_it_has(
    template: Template,
) -> None:
    found = methods(template)
    for path in {route.path for route in ROUTES.values()}:
        method = found[f"ANY {path}"]
        assert method["Integration"]["Type"] == "MOCK"
        (response,) = method["Integration"]["IntegrationResponses"]
        assert response["StatusCode"] == "405"
        script, text = response["ResponseTemplates"]["application/json"].split("\n")
        assert "responseOverride.header.X-Correlation-Id = $context.requestId" in script
        document = json.loads(text)
        assert document["instance"] == "$context.requestId"
        assert document["type"].endswith("/method-not-allowed")
        allowed = preflight_headers(method)["Allow"].strip("'").split(", ")
        others = {key.split()[0] for key in found if key.split()[1] == path} - {"ANY"}
        assert set(allowed) == others


def test_no_binary_types_would_touch_the_signed_bytes(template: Template) -> None:
    (api,) = template.of("AWS::ApiGateway::RestApi").values()
    assert "BinaryMediaTypes" not in api["Properties"]
    assert "MinimumCompressionSize" not in api["Properties"]
