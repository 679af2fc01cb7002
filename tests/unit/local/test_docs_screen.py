"""The API viewer: every endpoint and schema of a document, and what "try it" needs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.front.openapi_view import ApiView, Operation, read_api
from tests.unit.local.conftest import Door

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Portal API", "version": "1", "description": "First.\n\nSecond <b>."},
    "servers": [{"url": "https://api.portal.example/api"}],
    "components": {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer"},
            "signature": {"type": "apiKey", "in": "header", "name": "X-Portal-Signature"},
        },
        "responses": {
            "Conflict": {
                "description": "In conflict",
                "content": {"application/problem+json": {"schema": {"type": "object"}}},
            }
        },
        "schemas": {
            "Order": {
                "type": "object",
                "required": ["sfOrderId"],
                "properties": {
                    "sfOrderId": {"type": "string", "pattern": "^801", "examples": ["801x"]},
                    "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}},
                    "parent": {"anyOf": [{"$ref": "#/components/schemas/Order"}, {"type": "null"}]},
                },
            },
            "Line": {
                "type": "object",
                "required": ["sku"],
                "properties": {
                    "sku": {"type": "string", "description": "Product code"},
                    "quantity": {"type": "integer", "minimum": 1, "default": 1},
                },
            },
        },
    },
    "paths": {
        "/orders": {
            "post": {
                "tags": ["orders"],
                "summary": "Order",
                "security": [{"bearer": []}],
                "parameters": [
                    {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}
                ],
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Order"}}
                    }
                },
                "responses": {
                    "201": {"description": "Created"},
                    "409": {"$ref": "#/components/responses/Conflict"},
                },
            }
        },
        "/orders/{sfOrderId}/provision": {
            "parameters": [
                {"name": "sfOrderId", "in": "path", "required": True, "schema": {"type": "string"}}
            ],
            "post": {"security": [{"signature": []}], "responses": {"202": {"description": "OK"}}},
        },
        "/health": {"get": {"responses": {"200": {"description": "Up"}}}},
    },
}


@pytest.fixture
def api() -> ApiView:
    return read_api(DOCUMENT)


def operation(api: ApiView, path: str) -> Operation:
    return next(op for group in api.groups for op in group.operations if op.path == path)


def test_groups_by_tag_or_first_segment(api: ApiView) -> None:
    assert [(g.name, len(g.operations)) for g in api.groups] == [("orders", 2), ("health", 1)]


def test_says_how_each_endpoint_is_protected(api: ApiView) -> None:
    access = {op.path: op.access for group in api.groups for op in group.operations}
    assert access == {
        "/orders": "bearer",
        "/orders/{sfOrderId}/provision": "signed",
        "/health": "public",
    }


def test_parameters_of_the_path_count_too(api: ApiView) -> None:
    (parameter,) = operation(api, "/orders/{sfOrderId}/provision").parameters
    assert (parameter.name, parameter.place, parameter.required) == ("sfOrderId", "path", True)


def test_fields_follow_references_but_not_in_circles(api: ApiView) -> None:
    body = operation(api, "/orders").body
    assert body is not None
    rows = [(row.depth, row.name, row.required) for row in body.schema.rows]
    assert rows == [
        (0, "sfOrderId", True),
        (0, "lines", False),
        (1, "sku", True),
        (1, "quantity", False),
        (0, "parent", False),
    ]
    quantity = body.schema.rows[3]
    assert quantity.limits == ("≥ 1", "default 1")
    assert [word.text for word in body.schema.rows[4].type] == ["Order", " or ", "null"]


def test_example_is_made_of_what_the_schema_says(api: ApiView) -> None:
    body = operation(api, "/orders").body
    assert body is not None
    example = json.loads(body.example)
    assert example["sfOrderId"] == "801x"
    assert example["lines"] == [{"sku": "string", "quantity": 1}]
    assert example["parent"] is None


def test_shared_responses_are_resolved(api: ApiView) -> None:
    conflict = operation(api, "/orders").answers[1]
    assert conflict.description == "In conflict"
    assert conflict.body is not None
    assert conflict.body.media_type == "application/problem+json"


def test_page_lists_endpoints_and_schemas_and_escapes(door: Door) -> None:
    door.context.openapi_path.write_text(json.dumps(DOCUMENT))
    page = door.client.get("/docs").text
    for path in DOCUMENT["paths"]:
        assert f"<code>{path}</code>" in page
    assert 'id="schema-Line"' in page
    assert "Second &lt;b&gt;." in page
    assert 'data-access="signed"' in page


def test_document_names_this_front_door_as_its_server(door: Door) -> None:
    door.context.openapi_path.write_text(json.dumps(DOCUMENT))
    served = door.client.get("/openapi.json").json()
    assert served["servers"][0]["url"] == f"{door.url}/api"
    assert served["paths"] == DOCUMENT["paths"]


def test_a_document_that_is_missing_is_said(door: Door) -> None:
    assert door.client.get("/openapi.json").status_code == 404
    assert "openapi.json" in door.client.get("/docs").json()["detail"]
