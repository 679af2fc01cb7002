"""The committed OpenAPI document is the code's, complete and valid."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openapi_spec_validator import validate

from infra.endpoint_model import Access
from infra.endpoints import ENDPOINTS
from ops.openapi import OUTPUT, render


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(OUTPUT.read_text(encoding="utf-8"))
    return content


def test_it_is_up_to_date() -> None:
    assert OUTPUT.read_text(encoding="utf-8") == render(), "run `make openapi`"


def test_it_is_valid_openapi(document: dict[str, Any]) -> None:
    validate(document)


def test_every_route_is_in_it_with_its_way_to_sign_in(document: dict[str, Any]) -> None:
    routes = {e.route for e in ENDPOINTS if e.route is not None}
    for route in routes:
        operation = document["paths"][route.path][route.method.lower()]
        wanted = {
            Access.BEARER: ["bearer"],
            Access.SIGNED: ["signature"],
            Access.WEBHOOK: [] if "{token}" in route.path else ["providerSignature"],
        }.get(route.access, [])
        assert [name for scheme in operation["security"] for name in scheme] == wanted, route
        assert operation["summary"], route
    listed = sum(len(methods) for methods in document["paths"].values())
    assert listed == len(routes)


def test_error_answers_are_problems(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["responses"]["default"] == {
                "$ref": "#/components/responses/Problem"
            }, (path, method)
