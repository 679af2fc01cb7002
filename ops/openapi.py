"""The API's OpenAPI 3.1 document, made from the handlers themselves.

`python -m ops.openapi` writes `docs/openapi.json`, and a test fails when it is out of date. Each
endpoint is an application of its own, so their documents are combined here. Problems, correlation
ids and the security schemes, which the gateway and `portal.api.app` add, are added here.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from portal.api.declarations import Declared, RequestHeader
from portal.domain import problems
from portal.domain.problems import TYPE_BASE, ProblemType

from infra.endpoint_model import Access, Endpoint, Route
from infra.endpoints import ENDPOINTS

OUTPUT = Path(__file__).parents[1] / "docs" / "openapi.json"
VERSION = "1.0.0"
NOT_OURS = ("HTTPValidationError", "ValidationError", "ResponseValidationError")

PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457 problem details. `type` is stable; see docs/problems.md.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri", "examples": [f"{TYPE_BASE}not-found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "safe to show"},
        "instance": {"type": "string", "description": "the correlation id"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body"},
                    "parameter": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
    "additionalProperties": True,
}
SECURITY_SCHEMES: dict[str, Any] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The `accessToken` of POST /auth/login.",
    },
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Portal-Signature",
        "description": "`v1=<hex HMAC-SHA-256>` with X-Portal-Timestamp, X-Portal-Key-Id and "
        "Idempotency-Key; see docs/signature.md.",
    },
    "providerSignature": {
        "type": "apiKey",
        "in": "header",
        "name": "webhook-signature",
        "description": "`v1,<base64 HMAC-SHA-256>`, by spaces, with webhook-id and "
        "webhook-timestamp; see docs/esim-providers.md.",
    },
}
MAY_BE_REPEATED = (409, 429, 503, 504)
HEADERS: dict[str, Any] = {
    name: {"description": description, "schema": schema}
    for name, description, schema in (
        (
            "X-Correlation-Id",
            "the caller's, or a new one; support finds everything by it",
            {"type": "string", "pattern": "^[A-Za-z0-9._-]{8,64}$"},
        ),
        ("ETag", "names the version of what is answered", {"type": "string"}),
        ("Location", "where what was made is", {"type": "string"}),
        ("Idempotency-Replayed", "`true`: it had been done before", {"type": "string"}),
        ("Retry-After", "seconds after which the request may be sent again", {"type": "string"}),
        ("WWW-Authenticate", "`Bearer`", {"type": "string"}),
    )
}
DESCRIPTION = (
    "Every answer carries X-Correlation-Id (the caller's, if it matches `[A-Za-z0-9._-]{8,64}`). "
    "Errors are problem documents. Money is `{amount, currency}` with a decimal string."
)


def document() -> dict[str, Any]:
    """Return the whole document."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Problem": PROBLEM_SCHEMA}
    refusals: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        if endpoint.route is None:
            continue
        part = _of(endpoint)
        operation = part["paths"][endpoint.route.path][endpoint.route.method.lower()]
        paths.setdefault(endpoint.route.path, {})[endpoint.route.method.lower()] = _finished(
            operation, endpoint, declared_by(endpoint), refusals
        )
        for name, schema in part.get("components", {}).get("schemas", {}).items():
            _add_schema(schemas, name, schema)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Portal", "version": VERSION, "description": DESCRIPTION},
        "servers": [{"url": "/api"}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": SECURITY_SCHEMES,
            "headers": HEADERS,
            "responses": dict(sorted(refusals.items())),
        },
    }


def declared_by(endpoint: Endpoint) -> Declared:
    """What the route of an endpoint says of itself."""
    assert endpoint.route is not None  # noqa: S101  # only routes declare anything
    module = importlib.import_module(endpoint.module)
    found: Declared = module.app.declared[(endpoint.route.method, endpoint.route.path)]
    return found


def _of(endpoint: Endpoint) -> dict[str, Any]:
    module = importlib.import_module(endpoint.module)
    text = module.app.resolver.get_openapi_json_schema(
        title="part",
        version=VERSION,
        security_schemes=_powertools_schemes(),
    )
    part: dict[str, Any] = json.loads(text)
    return part


def _powertools_schemes() -> dict[str, Any]:
    from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer  # noqa: PLC0415

    return {"bearer": HTTPBearer()}


def _finished(
    operation: dict[str, Any],
    endpoint: Endpoint,
    declared: Declared,
    refusals: dict[str, dict[str, Any]],
) -> dict[str, Any]:
    """The operation completed; what it refuses with is added to `refusals`."""
    assert endpoint.route is not None  # noqa: S101  # the caller skipped the others
    operation["operationId"] = endpoint.name
    operation["security"] = _security(endpoint.route)
    # Powertools describes its own validation errors, but the portal answers problems.
    for status in ("422", "500"):
        operation["responses"].pop(status, None)
    for status, response in operation["responses"].items():
        if status in ("204", "304") or (status == "202" and not _has_model(response)):
            response.pop("content", None)
        response["headers"] = {
            name: {"$ref": f"#/components/headers/{name}"}
            for name in ("X-Correlation-Id", *declared.sends)
        }
    for status, types in _refusals(operation, endpoint, declared).items():
        refusals[_name(types)] = _problem_response(types)
        operation["responses"][status] = {"$ref": f"#/components/responses/{_name(types)}"}
    for parameter in operation.get("parameters", []):
        # Powertools writes the names of headers in lower case.
        if parameter["in"] == "header":
            parameter["name"] = parameter["name"].title()
    operation.setdefault("parameters", []).extend(_header(header) for header in declared.headers)
    if not operation["parameters"]:
        del operation["parameters"]
    if declared.example is not None:
        operation["requestBody"]["content"]["application/json"]["example"] = declared.example
    return operation


def _has_model(response: dict[str, Any]) -> bool:
    """Whether an answer has a body; Powertools describes one for every answer."""
    return "$ref" in json.dumps(response.get("content", {}))


def _security(route: Route) -> list[dict[str, list[str]]]:
    if route.access is Access.WEBHOOK and "{token}" in route.path:
        return []  # the path is the proof
    name = {
        Access.BEARER: "bearer",
        Access.SIGNED: "signature",
        Access.WEBHOOK: "providerSignature",
    }.get(route.access)
    return [{name: []}] if name else []


def _header(header: RequestHeader) -> dict[str, Any]:
    return {
        "name": header.name,
        "in": "header",
        "required": header.required,
        "description": header.description,
        "schema": header.schema,
    }


def _refusals(
    operation: dict[str, Any], endpoint: Endpoint, declared: Declared
) -> dict[str, list[ProblemType]]:
    """Every status that the operation can refuse with, and the types of each."""
    types = {*_of_the_frame(operation, endpoint), *(declared.refuses or ())}
    by_status: dict[str, list[ProblemType]] = {}
    for type_ in sorted(types, key=lambda each: (each.status, each.slug)):
        by_status.setdefault(str(type_.status), []).append(type_)
    return by_status


def _name(types: Sequence[ProblemType]) -> str:
    """The name of the response that tells one of these problems."""
    return "Or".join(type_.slug.title().replace("-", "") for type_ in types)


def _problem_response(types: list[ProblemType]) -> dict[str, Any]:
    status = types[0].status
    headers = ["X-Correlation-Id"]
    headers += ["Retry-After"] if status in MAY_BE_REPEATED else []
    headers += ["WWW-Authenticate"] if status == problems.UNAUTHENTICATED.status else []
    return {
        "description": "; ".join(f"{type_.title} (`{type_.slug}`)" for type_ in types),
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
        "content": {
            "application/problem+json": {
                "schema": {
                    "allOf": [
                        {"$ref": "#/components/schemas/Problem"},
                        {
                            "type": "object",
                            "properties": {"type": {"enum": [type_.uri for type_ in types]}},
                        },
                    ]
                }
            }
        },
    }


def _of_the_frame(operation: dict[str, Any], endpoint: Endpoint) -> Iterator[ProblemType]:
    """What gateway, firewall, frame and upstreams answer, whatever the endpoint does."""
    assert endpoint.route is not None  # noqa: S101  # the caller skipped the others
    yield from (
        problems.MALFORMED_REQUEST,
        problems.FORBIDDEN,
        problems.RATE_LIMITED,
        problems.INTERNAL,
        problems.UPSTREAM_UNAVAILABLE,
        problems.OUTCOME_UNKNOWN,
    )
    if endpoint.secrets or endpoint.user_pool:
        yield problems.UPSTREAM_REFUSED
    if endpoint.route.access is Access.BEARER:
        yield problems.UNAUTHENTICATED
    if "requestBody" in operation:
        yield problems.PAYLOAD_TOO_LARGE
        yield problems.UNSUPPORTED_MEDIA_TYPE
        yield problems.INVALID_REQUEST
    elif operation.get("parameters"):
        yield problems.INVALID_REQUEST


def _add_schema(schemas: dict[str, Any], name: str, schema: Any) -> None:
    if name in NOT_OURS:
        return
    if schemas.setdefault(name, schema) != schema:
        msg = f"two endpoints have different models called {name}; rename one"
        raise ValueError(msg)


def render() -> str:
    """Return the text of the document as it is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the document."""
    OUTPUT.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
