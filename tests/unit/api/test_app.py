"""The HTTP frame: problems, correlation, headers, CORS, whatever the endpoint."""

from __future__ import annotations

from typing import Any

import pytest
from portal.api.app import App
from portal.api.models import RequestModel
from portal.api.principal import CurrentUser
from portal.domain.problems import CONFLICT, FieldError, Problem
from portal.domain.upstream import (
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
)

from tests.events import call, claims, rest_event


class Body(RequestModel):
    first_name: str
    count: int = 0


app = App("test")


@app.post("/things", status=201, signed_in=True)
def things(body: Body, user: CurrentUser) -> dict[str, Any]:
    return {"userId": user.user_id, "name": body.first_name}


@app.get("/fail/<how>")
def fail(how: str) -> dict[str, str]:
    raise {
        "conflict": Problem(CONFLICT, "No.", (FieldError("bad", "/a"),), retry_after=3),
        "refused": Refused("whmcs", "AddOrder", "secret vendor text"),
        "unauthorized": Unauthorized("whmcs", "AddOrder", "secret vendor text"),
        "unavailable": Unavailable("whmcs", "AddOrder", "secret vendor text"),
        "throttled": Throttled("whmcs", "AddOrder", "secret vendor text", retry_after=17),
        "unknown": OutcomeUnknown("whmcs", "AddOrder", "secret vendor text"),
        "bug": RuntimeError("secret detail"),
    }[how]


GOOD = {"firstName": " Tarō "}


def post(body: Any = GOOD, **event: Any) -> Any:
    event.setdefault("user", claims())
    return call(app.handler, rest_event("POST", "/things", body=body, **event))


def test_success_carries_the_standard_headers() -> None:
    answer = post(headers={"X-Correlation-Id": "front-end.0001"})
    assert answer.status == 201
    assert answer.json()["name"] == "Tarō"
    assert answer.headers["x-correlation-id"] == "front-end.0001"
    assert answer.headers["cache-control"] == "no-store"
    assert "max-age" in answer.headers["strict-transport-security"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("proposed", ["short", "x" * 65, "with space 1234", "line\nbreak1"])
def test_badly_formed_correlation_ids_are_replaced(proposed: str) -> None:
    answer = post(headers={"X-Correlation-Id": proposed})
    assert answer.headers["x-correlation-id"] != proposed
    assert len(answer.headers["x-correlation-id"]) == 32


@pytest.mark.parametrize(
    ("body", "status", "pointers"),
    [
        ("{nonsense", 400, None),
        ({}, 422, ["/firstName"]),
        ({"firstName": "a", "count": "many"}, 422, ["/count"]),
        ({"firstName": "a", "admin": True}, 422, ["/admin"]),
        ([], 422, [""]),
    ],
)
def test_bad_bodies_are_named_by_pointer(
    body: Any, status: int, pointers: list[str] | None
) -> None:
    answer = post(body)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["instance"] == answer.headers["x-correlation-id"]
    if pointers is not None:
        assert [e["pointer"] for e in problem["errors"]] == pointers


def test_a_refused_value_is_never_echoed() -> None:
    assert "hunter2" not in post({"firstName": "a", "count": "hunter2"}).body


def test_unsupported_media_type() -> None:
    assert post("x=1", headers={"Content-Type": "text/plain"}).status == 415


@pytest.mark.parametrize("user", [None, {}, claims(token_use="access"), claims("")])
def test_only_id_tokens_sign_in(user: dict[str, str] | None) -> None:
    answer = post(user=user)
    assert (answer.status, answer.json()["type"].rsplit("/")[-1]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("how", "status", "slug", "retry_after"),
    [
        ("conflict", 409, "conflict", "3"),
        ("refused", 502, "upstream-refused", None),
        ("unauthorized", 502, "upstream-refused", None),
        ("unavailable", 503, "upstream-unavailable", "5"),
        ("throttled", 503, "upstream-unavailable", "17"),
        ("unknown", 504, "outcome-unknown", "5"),
        ("bug", 500, "internal-error", None),
    ],
)
def test_failures_are_named(how: str, status: int, slug: str, retry_after: str | None) -> None:
    answer = call(app.handler, rest_event("GET", f"/fail/{how}"))
    assert (answer.status, answer.json()["type"].rsplit("/")[-1]) == (status, slug)
    assert answer.headers.get("retry-after") == retry_after
    assert "secret" not in answer.body
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_unknown_path_is_a_problem() -> None:
    assert call(app.handler, rest_event("GET", "/nowhere")).json()["status"] == 404


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [("https://portal.example", "https://portal.example"), ("https://evil.example", None)],
)
def test_cors_names_exact_origins_only(origin: str, allowed: str | None) -> None:
    answer = post(headers={"Origin": origin})
    assert answer.headers.get("access-control-allow-origin") == allowed
    assert answer.headers["vary"] == "Origin"
