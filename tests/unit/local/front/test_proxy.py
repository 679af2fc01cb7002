"""`/api`: what goes in comes out at the gateway, and the other way round."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Iterator

import httpx
import pytest

from local.front.app import create_app
from tests.unit.local.conftest import Door, listening, serving


def test_passes_method_path_query_body_and_headers_unchanged(door: Door) -> None:
    answer = door.client.request(
        "PATCH",
        "/api/echo/a%2Fb/c?x=1&x=2&y=%C3%A9",
        content=b"\x00raw",
        headers={"X-Custom": "1", "Connection": "X-Hop, keep-alive", "X-Hop": "gone"},
    )
    arrived = answer.json()
    headers = dict(arrived["headers"])
    assert arrived["method"] == "PATCH"
    assert arrived["path"] == "/gateway/api/echo/a%2Fb/c"
    assert arrived["query"] == "x=1&x=2&y=%C3%A9"
    assert base64.b64decode(arrived["body"]) == b"\x00raw"
    assert headers["x-custom"] == "1"
    assert headers["content-length"] == "4"
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert "x-hop" not in headers


@pytest.mark.parametrize("path", ["a%0Ab", "a%0A", "%0D%0A%00/b", "%E2%80%A8"])
def test_passes_every_path_on(door: Door, path: str) -> None:
    """The front door refuses no path of the API: the gateway and the Lambda answer."""
    arrived = door.client.get(f"/api/echo/{path}").json()
    assert arrived["path"] == f"/gateway/api/echo/{path}"


def test_appends_to_an_existing_forwarded_for(door: Door) -> None:
    answer = door.client.get("/api/echo/", headers={"X-Forwarded-For": "203.0.113.7"})
    assert dict(answer.json()["headers"])["x-forwarded-for"] == "203.0.113.7, 127.0.0.1"


def test_a_body_without_a_length_arrives_with_one(door: Door) -> None:
    def parts() -> Iterator[bytes]:
        yield b"one"
        yield b"two"

    arrived = door.client.post("/api/echo/", content=parts()).json()
    assert base64.b64decode(arrived["body"]) == b"onetwo"
    assert dict(arrived["headers"])["content-length"] == "6"


def test_returns_status_and_every_cookie_but_no_hop_by_hop_header(door: Door) -> None:
    answer = door.client.get("/api/echo/?status=418")
    assert answer.status_code == 418
    assert answer.headers.get_list("set-cookie") == ["refresh=a; HttpOnly", "other=b"]
    assert "x-internal" not in answer.headers
    assert answer.headers.get_list("date") == ["Sun, 22 Nov 2026 09:00:00 GMT"]


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://localhost:5173", "http://localhost:5173"),
        ("https://evil.example", "http://first.example"),
    ],
)
def test_preflight_names_the_callers_origin_when_it_is_configured(
    door: Door, origin: str, allowed: str
) -> None:
    answer = door.client.options("/api/orders", headers={"Origin": origin})
    assert answer.headers["access-control-allow-origin"] == allowed


def test_adds_no_policy_of_its_own_to_the_api(door: Door) -> None:
    assert "content-security-policy" not in door.client.get("/api/health").headers


def test_a_gateway_that_is_down_is_a_502_problem(door: Door) -> None:
    context = dataclasses.replace(door.context, api_url="http://127.0.0.1:9/api")
    listener, url = listening()
    with listener, serving(create_app(context), listener):
        answer = httpx.get(
            f"{url}/api/health", headers={"X-Correlation-Id": "corr-12345678"}, trust_env=False
        )
    assert answer.status_code == 502
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["instance"] == "corr-12345678"
    assert "make run" in answer.json()["detail"]
