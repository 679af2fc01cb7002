"""The API's OpenAPI 3.1 document, made from the handlers themselves.

`python -m ops.openapi` writes `docs/openapi.json`, and a test fails when it is out of date. Each
endpoint is an application of its own, so their documents are combined here. Problems, correlation
ids and the security schemes, which the gateway and `portal.api.app` add, are added here.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

from portal.domain.problems import TYPE_BASE

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
DESCRIPTION = (
    "Every answer carries X-Correlation-Id (the caller's, if it matches `[A-Za-z0-9._-]{8,64}`). "
    "Errors are problem documents. Money is `{amount, currency}` with a decimal string."
)


def document() -> dict[str, Any]:
    """Return the whole document."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Problem": PROBLEM_SCHEMA}
    for endpoint in ENDPOINTS:
        if endpoint.route is None:
            continue
        part = _of(endpoint)
        operation = part["paths"][endpoint.route.path][endpoint.route.method.lower()]
        paths.setdefault(endpoint.route.path, {})[endpoint.route.method.lower()] = _finished(
            operation, endpoint
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
            "responses": {
                "Problem": {
                    "description": "What is wrong and what to do",
                    "content": {
                        "application/problem+json": {
                            "schema": {"$ref": "#/components/schemas/Problem"}
                        }
                    },
                }
            },
        },
    }


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


def _finished(operation: dict[str, Any], endpoint: Endpoint) -> dict[str, Any]:
    assert endpoint.route is not None  # noqa: S101  # the caller skipped the others
    operation["operationId"] = endpoint.name
    operation["security"] = _security(endpoint.route)
    # Powertools describes its own validation errors; ours are problems like all others.
    for status in ("422", "500"):
        operation["responses"].pop(status, None)
    operation["responses"]["default"] = {"$ref": "#/components/responses/Problem"}
    for status, response in operation["responses"].items():
        if status in ("204", "304"):
            response.pop("content", None)
    return operation


def _security(route: Route) -> list[dict[str, list[str]]]:
    if route.access is Access.WEBHOOK and "{token}" in route.path:
        return []  # the path is the proof
    name = {
        Access.BEARER: "bearer",
        Access.SIGNED: "signature",
        Access.WEBHOOK: "providerSignature",
    }.get(route.access)
    return [{name: []}] if name else []


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
