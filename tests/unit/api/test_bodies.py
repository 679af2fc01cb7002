"""Bodies nobody meant to send, answers nobody meant to give: none of them is a riddle or a leak."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from aws_lambda_powertools.event_handler import Response
from portal.api.app import App
from portal.api.models import RequestModel, ResponseModel
from portal.domain.upstream import Refused

from tests.canaries import CANARIES, assert_silent, sung
from tests.events import Answer, call, rest_event

EMAIL, NAME = CANARIES["email"], CANARIES["last_name"]


class Body(RequestModel):
    name: str = ""
    number: float = 0


class Thing(ResponseModel):
    number: int


app = App("test")


@app.post("/things")
def things(body: Body) -> dict[str, str]:
    return {"name": body.name}


@app.get("/wrong")
def wrong() -> Thing:
    return {"number": EMAIL}  # type: ignore[return-value]  # the mistake that this is about


@app.get("/bug")
def bug() -> None:
    raise ValueError(f"cannot sign up {NAME} {EMAIL}")


@app.get("/refused")
def refused() -> None:
    raise Refused("whmcs", "AddClient", f"{NAME} exists", loggable="*** exists")


@app.get("/varies")
def varies() -> Response[str]:
    headers: dict[str, str | list[str]] = {"Vary": "Authorization", "Cache-Control": "private"}
    return Response(200, "application/json", "{}", headers=headers)


def post(body: Any, **event: Any) -> Answer:
    return call(app.handler, {**rest_event("POST", "/things", body=body), **event})


@pytest.mark.parametrize(
    "body",
    [
        "[" * 60_000,
        '{"name":' * 8_000,
        '{"number": ' + "9" * 5000 + "}",
        '{"number": NaN}',
        '{"number": -Infinity}',
        '{"name": "a",}',
        "{'name': 'a'}",
        "\ufeff{}",
        '{"name": "a", "name": "b"}',
    ],
)
def test_what_is_not_json_is_the_callers_mistake(
    capfd: pytest.CaptureFixture[str], body: str
) -> None:
    answer = post(body)
    assert (answer.status, answer.json()["type"].rsplit("/")[-1]) == (400, "malformed-request")
    # Or else any caller could raise the alarm on unexpected errors.
    assert "UnexpectedErrors" not in capfd.readouterr().out


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"caf\xe9"])
def test_what_is_no_text_is_the_callers_mistake(raw: bytes) -> None:
    assert post(base64.b64encode(raw).decode(), isBase64Encoded=True).status == 400
    assert post("not base64!", isBase64Encoded=True).status == 400


def test_encoded_json_is_json() -> None:
    body = base64.b64encode(json.dumps({"name": "Tarō"}).encode()).decode()
    assert post(body, isBase64Encoded=True).json() == {"name": "Tarō"}


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("Application/JSON", 200),
        ('APPLICATION/JSON ; CHARSET="UTF-8"', 200),
        ("application/json;charset=utf-16", 415),
        ("application/json; charset=iso-8859-1", 415),
        ("application/json, text/plain", 415),
        ("application/merge-patch+json", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("text/plain", 415),
        ("application/jsonp", 415),
        ("", 200),
    ],
)
def test_only_json_is_taken(content_type: str, status: int) -> None:
    event = rest_event(
        "POST", "/things", body={"name": "a"}, headers={"Content-Type": content_type}
    )
    answer = call(app.handler, event)
    assert answer.status == status
    if status == 415:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.json()["instance"] == answer.headers["x-correlation-id"]


def test_an_answer_of_another_shape_is_our_mistake(capfd: pytest.CaptureFixture[str]) -> None:
    answer = call(app.handler, rest_event("GET", "/wrong"))
    assert (answer.status, answer.json()["type"].rsplit("/")[-1]) == (500, "internal-error")
    assert sung(answer.body) == set()
    assert "UnexpectedErrors" in assert_silent(capfd)


@pytest.mark.parametrize(("path", "status"), [("/bug", 500), ("/refused", 502)])
def test_failures_are_told_to_nobody(
    capfd: pytest.CaptureFixture[str], path: str, status: int
) -> None:
    answer = call(app.handler, rest_event("GET", path))
    assert answer.status == status
    assert sung(answer.body) == set()
    log = assert_silent(capfd)
    assert answer.headers["x-correlation-id"] in log


def test_refused_bodies_are_logged_without_their_values(capfd: pytest.CaptureFixture[str]) -> None:
    answer = post({"name": 5, "number": EMAIL, NAME: EMAIL})
    assert answer.status == 422
    assert "invalid-request" in assert_silent(capfd)


def test_an_endpoints_own_headers_are_kept() -> None:
    answer = call(app.handler, rest_event("GET", "/varies"))
    assert answer.headers["vary"] == "Authorization, Origin"
    assert answer.headers["cache-control"] == "private"
