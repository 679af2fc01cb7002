"""What a caller sends to make the API work hard, or to learn how it is made."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any, get_args

import pytest
from portal.api.app import App
from portal.api.bodies import MAX_BYTES
from portal.api.error_texts import OTHER, SENTENCES, sentence_for
from portal.api.fields import Date, Moment
from portal.api.models import RequestModel
from portal.api.rate_limit import CountedByAddress, RateLimiter
from portal.domain.limits import Limit
from portal.domain.upstream import Unavailable
from pydantic_core import PydanticKnownError
from pydantic_core.core_schema import ErrorType

from tests.events import Answer, call, rest_event
from tests.fakes.rate_limits import FakeRateCounters


class Inner(RequestModel):
    quantity: int = 1
    first_name: str = ""


class Body(RequestModel):
    items: tuple[Inner, ...] = ()
    born: Date | None = None
    at: Moment | None = None
    chosen: dict[str, int] | None = None


counters = FakeRateCounters()


def limiter() -> RateLimiter:
    return RateLimiter(counters, {"things.ip": Limit(3, 60)})


app = App("test")
counted = App("test", counted=CountedByAddress("things.ip", limiter))
read: list[Body] = []


@app.post("/things")
def things(body: Body) -> dict[str, str]:
    read.append(body)
    return {}


@counted.post("/things")
def counted_things(body: Body) -> dict[str, str]:
    return {}


@pytest.fixture(autouse=True)
def start_again() -> None:
    counters.hits.clear()
    read.clear()


def post(body: Any, *, to: App = app, **event: Any) -> Answer:
    return call(to.handler, {**rest_event("POST", "/things", body=body), **event})


def slug(answer: Answer) -> str:
    return str(answer.json()["type"].rsplit("/")[-1])


def padded(size: int) -> str:
    return "{}" + " " * (size - 2)


def test_a_body_of_the_largest_size_is_read() -> None:
    assert post(padded(MAX_BYTES)).status == 200


@pytest.mark.parametrize("encoded", [False, True])
def test_a_larger_body_is_refused_before_it_is_parsed(encoded: bool) -> None:
    text = "[" * (MAX_BYTES + 1)
    body = base64.b64encode(text.encode()).decode() if encoded else text
    answer = post(body, isBase64Encoded=encoded)
    assert (answer.status, slug(answer)) == (413, "payload-too-large")


def test_the_size_is_counted_in_bytes() -> None:
    text = json.dumps({"chosen": {"木" * (MAX_BYTES // 3): 1}}, ensure_ascii=False)
    assert len(text) < MAX_BYTES
    assert post(text).status == 413


def test_a_thousand_mistakes_are_twenty_errors_and_a_small_answer() -> None:
    answer = post({"items": [{"quantity": "x", "a": 1, "b": 2}] * 1000})
    assert answer.status == 422
    assert len(answer.json()["errors"]) == 20
    assert len(answer.body) < 4000


def test_names_of_the_callers_own_making_do_not_swell_the_answer() -> None:
    answer = post({("x" * 3000 + str(n)): 1 for n in range(20)})
    assert answer.status == 422
    assert len(answer.body) < 10_000


@pytest.mark.parametrize("body", ["[]", '[{"items": []}]', "null", "[null]", '"x"', "1", "true"])
def test_only_one_object_is_a_body(body: str) -> None:
    answer = post(body)
    assert (answer.status, slug(answer)) == (422, "invalid-request")
    assert answer.json()["errors"] == [
        {"pointer": "", "code": "not-an-object", "detail": "Send one JSON object."}
    ]
    assert not read


def test_the_names_inside_a_body_are_the_documented_ones_too() -> None:
    answer = post({"items": [{"first_name": "a"}, {"firstName": "a"}]})
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/items/0/first_name"]
    assert post({"items": [[]]}).json()["errors"][0]["pointer"] == "/items/0"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("born", 0),
        ("born", 631152000),
        ("born", "631152000"),
        ("born", True),
        ("born", []),
        ("born", "1990-04-31"),
        ("born", "1990-04-01T00:00:00"),
        ("at", 1790000000),
        ("at", "1790000000"),
        ("at", 1.5),
        ("at", "2026-12-24"),
        ("at", "2026-12-24T09:00:00"),
        ("at", "2026-13-24T09:00:00Z"),
    ],
)
def test_what_the_schema_calls_text_is_text(member: str, value: Any) -> None:
    answer = post({member: value})
    assert answer.status == 422, answer.body
    (error,) = answer.json()["errors"]
    assert error["pointer"] == f"/{member}"
    assert error["code"] in SENTENCES
    assert error["detail"] == SENTENCES[error["code"]]


def test_dates_and_times_in_their_form_are_read() -> None:
    assert post({"born": "1990-04-01", "at": "2026-12-24T09:00:00+09:00"}).status == 200
    assert read[0].born == dt.date(1990, 4, 1)
    assert read[0].at == dt.datetime(2026, 12, 24, tzinfo=dt.UTC)


def test_no_sentence_is_the_validators_own() -> None:
    """Every kind of error that pydantic can find is told in words of ours."""
    context: dict[str, Any] = {
        "min_length": 2, "max_length": 3, "actual_length": 4, "field_type": "List",
        "gt": 1, "ge": 1, "lt": 1, "le": 1, "multiple_of": 2, "expected": "'a' or 'b'",
        "error": "x", "pattern": "^x$",
    }  # fmt: skip
    for kind in get_args(ErrorType):
        said = sentence_for({"type": kind, "ctx": context, "msg": "pydantic's own"})
        assert said.endswith("."), kind
        assert "pydantic" not in said
        assert "^x$" not in said
        if kind not in SENTENCES:
            assert said == OTHER
        try:
            own = PydanticKnownError(kind, context).message()
        except (KeyError, TypeError, ValueError):
            continue  # needs a context of another form
        assert said != own


@pytest.mark.parametrize("body", ["{nonsense", "[" * (MAX_BYTES + 1), '{"items": 1}', "{}"])
def test_requests_are_counted_before_they_are_read(body: str) -> None:
    answers = [post(body, to=counted) for _ in range(4)]
    assert {answer.status for answer in answers[:3]} != {429}
    assert (answers[3].status, slug(answers[3])) == (429, "rate-limited")
    assert int(answers[3].headers["retry-after"]) > 0


class Down:
    """`RateCounters` whose table does not answer."""

    def hit(self, key: str, *, limit: int, seconds: int) -> int | None:
        raise Unavailable("dynamodb", "UpdateItem", "down")

    def so_far(self, key: str, *, seconds: int) -> int:
        raise Unavailable("dynamodb", "GetItem", "down")

    def forget(self, key: str, *, seconds: int) -> None:
        raise Unavailable("dynamodb", "DeleteItem", "down")


def test_nothing_is_let_through_when_nothing_can_be_counted() -> None:
    counted.override(limiter, lambda: RateLimiter(Down(), {"things.ip": Limit(3, 60)}))
    try:
        answer = post({}, to=counted)
    finally:
        counted.resolver.dependency_overrides.clear()
    assert (answer.status, slug(answer)) == (503, "upstream-unavailable")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_mistake_of_ours_in_counting_is_a_problem_too(capfd: pytest.CaptureFixture[str]) -> None:
    counted.override(limiter, lambda: RateLimiter(counters, {}))
    try:
        answer = post({}, to=counted)
    finally:
        counted.resolver.dependency_overrides.clear()
    assert (answer.status, slug(answer)) == (500, "internal-error")
    assert "UnexpectedErrors" in capfd.readouterr().out
