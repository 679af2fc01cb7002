"""The committed OpenAPI document is the code's, complete and valid."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate
from portal.domain.problems import all_problem_types

from infra.endpoint_model import Access
from infra.endpoints import ENDPOINTS
from ops.openapi import OUTPUT, declared_by, render

FORMATS = jsonschema.Draft202012Validator.FORMAT_CHECKER


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


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for methods in document["paths"].values():
        for operation in methods.values():
            yield operation["operationId"], operation


def test_every_error_answer_is_a_problem_of_declared_types(document: dict[str, Any]) -> None:
    known = {type_.uri: type_ for type_ in all_problem_types().values()}
    for name, operation in operations(document):
        assert "default" not in operation["responses"], name
        errors = {s: r for s, r in operation["responses"].items() if int(s) >= 400}
        assert {"429", "500", "503"} <= set(errors), name
        for status, reference_to in errors.items():
            response = document["components"]["responses"][reference_to["$ref"].rsplit("/")[-1]]
            (media_type,) = response["content"].values()
            reference, types = media_type["schema"]["allOf"]
            assert reference == {"$ref": "#/components/schemas/Problem"}
            for uri in types["properties"]["type"]["enum"]:
                assert str(known[uri].status) == status


def test_every_route_names_the_problems_of_its_own() -> None:
    silent = [e.id for e in ENDPOINTS if e.route and declared_by(e).refuses is None]
    assert silent == [], "give these routes declared=Declared(refuses=(…)), as the others have"


def test_headers_that_handlers_read_are_in_it(document: dict[str, Any]) -> None:
    def headers(path: str, method: str) -> set[str]:
        parameters = document["paths"][path][method].get("parameters", [])
        return {each["name"] for each in parameters if each["in"] == "header"}

    assert headers("/me/billing", "patch") == {"If-Match"}
    assert headers("/auth/login", "post") == {"X-Portal-Client"}
    assert headers("/auth/refresh", "post") == {"X-Portal-CSRF"}
    assert headers("/auth/logout", "post") == {"X-Portal-CSRF"}
    assert headers("/catalog", "get") == {"If-None-Match"}
    assert "Idempotency-Key" in headers("/orders", "post")
    assert {"X-Portal-Timestamp", "X-Portal-Key-Id", "Idempotency-Key"} <= headers(
        "/orders/{sfOrderId}/provision", "post"
    )


def test_every_body_has_an_example_that_its_schema_takes(document: dict[str, Any]) -> None:
    for _, operation in operations(document):
        if "requestBody" not in operation or operation["security"] == [{"signature": []}]:
            continue
        content = operation["requestBody"]["content"]["application/json"]
        schema = {**content["schema"], "components": document["components"]}
        jsonschema.validate(content["example"], schema, format_checker=FORMATS)
