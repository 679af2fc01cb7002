"""What reaches stdout: log lines with exceptions of every kind, metrics, other people's loggers."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError
from portal import correlation
from portal.adapters.http import Call, Transport
from portal.adapters.salesforce.library import simple_salesforce
from portal.config import ConfigurationError
from portal.domain.problems import CONFLICT, Problem
from portal.domain.upstream import Refused, Unavailable
from portal.observability import count, duration, gauge, log_fields, logger, timed
from portal.tracebacks import MAX_CHAIN, format_exception
from pydantic import BaseModel

from tests.canaries import CANARIES, assert_silent
from tests.fakes.sockets import closed_port

EMAIL, NAME, PASSWORD = CANARIES["email"], CANARIES["last_name"], CANARIES["password"]


class Strict(BaseModel):
    age: int


def _url() -> None:
    transport = Transport("salesforce", read_seconds=1)
    url = f"http://127.0.0.1:{closed_port()}/query?q=SELECT+Id+WHERE+LastName='{NAME}'"
    transport.send(Call("GET", url, "query", writes=False))


def _soql() -> None:
    error = simple_salesforce().exceptions.SalesforceMalformedRequest
    raise error(f"https://x/query?q={NAME}", 400, "query", [{"message": f"near {NAME}"}])


def _model() -> None:
    Strict.model_validate({"age": NAME, "email": EMAIL})


def _number() -> None:
    int(NAME)


def _key() -> None:
    nobody: dict[str, str] = {}
    _ = nobody[f"{NAME} {EMAIL}"]


def _aws() -> None:
    raise ClientError({"Error": {"Code": "ValidationException", "Message": NAME}}, "PutItem")


def _http() -> None:
    raise requests.HTTPError(f"401 for url: https://x/{NAME}?password={PASSWORD}")


def _chained() -> None:
    try:
        _model()
    except ValueError as error:
        raise RuntimeError(f"signup of {NAME} failed") from error


def _while_handling() -> None:
    try:
        _number()
    except ValueError:
        _key()


def _noted() -> None:
    error = RuntimeError(NAME)
    error.add_note(f"while signing up {NAME}")
    raise error


def _group() -> None:
    raise ExceptionGroup(f"all of {NAME}", [ValueError(NAME)])


def _file() -> None:
    with open(f"/nowhere/{NAME}"):  # noqa: PTH123  # its error is what is wanted
        pass


class Odd(Exception):
    def __str__(self) -> str:
        raise ValueError(NAME)


ACCIDENTS = [
    _url,
    _soql,
    _model,
    _number,
    _key,
    _aws,
    _http,
    _chained,
    _while_handling,
    _noted,
    _group,
    _file,
]


def caught(accident: Callable[[], None]) -> Exception:
    try:
        accident()
    except Exception as error:  # noqa: BLE001  # every accident is welcome here
        return error
    raise AssertionError


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("accident", ACCIDENTS)
@pytest.mark.parametrize("how", ["exception", "exc_info", "message", "extra", "argument"])
def test_exceptions_are_logged_without_what_they_quote(
    capfd: pytest.CaptureFixture[str], accident: Callable[[], None], how: str
) -> None:
    error = caught(accident)
    log = logger()
    if how == "exception":
        try:
            accident()
        except Exception:
            log.exception("unexpected error")
    elif how == "exc_info":
        log.error("step failed", exc_info=error)
    elif how == "message":
        log.error(error)
    elif how == "argument":
        log.error("failed: %s", error)
    else:
        log.error("failed", extra={"error": error, "errors": [error]})
    (*_, line) = lines(assert_silent(capfd))
    if how in ("exception", "exc_info"):
        assert type(error).__name__ in line["exception"]
        assert f"in {accident.__name__}\n" in line["exception"]


def test_a_traceback_says_where_and_what_kind(capfd: pytest.CaptureFixture[str]) -> None:
    logger().error("failed", exc_info=caught(_chained))
    text = lines(capfd.readouterr().out)[0]["exception"]
    assert "pydantic_core._pydantic_core.ValidationError\n" in text
    assert text.index("which was the cause of:") < text.index("RuntimeError: (message withheld)")
    assert 'raise RuntimeError(f"signup of {NAME} failed") from error' in text


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ConfigurationError("set SALESFORCE_URL"), "ConfigurationError: set SALESFORCE_URL"),
        (Problem(CONFLICT, "Try again."), "Problem: conflict: Try again."),
        (Unavailable("whmcs", "AddOrder", "no answer"), "Unavailable: whmcs AddOrder: no answer"),
        (
            Refused("whmcs", "AddClient", f"{NAME} exists", loggable="*** exists"),
            "Refused: whmcs AddClient: *** exists",
        ),
        (AttributeError("'NoneType' object has no attribute 'get'"), "no attribute 'get'"),
        (KeyError("identifier"), "KeyError: 'identifier'"),
        (KeyError(NAME + " K"), "KeyError: (message withheld)"),
        (KeyError(5), "KeyError: (message withheld)"),
        (FileNotFoundError(2, "No such file", "/x/y"), "[Errno 2] No such file"),
        (
            ClientError({"Error": {"Code": "Throttled", "Message": NAME}}, "GetItem"),
            "Throttled in GetItem",
        ),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_messages_that_are_ours_are_told(error: Exception, told: str) -> None:
    assert told in format_exception(error)
    assert NAME not in format_exception(error)


def test_an_exception_that_cannot_be_shown_is_shown() -> None:
    assert format_exception(Odd()).endswith("test_observability.Odd")
    assert format_exception(Odd("x")).endswith("test_observability.Odd: (message withheld)")


def test_chains_end() -> None:
    first = last = ValueError("x")
    for _ in range(50):
        following = ValueError("x")
        following.__cause__ = last
        last = following
    assert format_exception(last).count("ValueError") == MAX_CHAIN
    first.__cause__ = last
    assert format_exception(first)


def test_a_cause_that_was_hidden_stays_hidden() -> None:
    def hide() -> None:
        try:
            _number()
        except ValueError:
            raise RuntimeError from None

    assert "ValueError" not in format_exception(caught(hide))


def test_lines_carry_fields_and_the_correlation_id(capfd: pytest.CaptureFixture[str]) -> None:
    log = logger()
    with correlation.bound("front-end.0001"):
        log.set_correlation_id(correlation.current())
        log_fields(sf_order_id="801000000000001AAA", email=EMAIL)
        log.info("placed for %s", EMAIL, extra={"attempt": 2, "customer": {"lastName": NAME}})
        log.info({"event": "placed", "first_name": CANARIES["first_name"]})
        log.info(json.dumps({"password": PASSWORD}))
    first, second, third = lines(assert_silent(capfd))
    assert (first["correlation_id"], first["sf_order_id"]) == (
        "front-end.0001",
        "801000000000001AAA",
    )
    assert (first["message"], first["attempt"]) == ("placed for ***", 2)
    assert second["message"] == {"event": "placed", "first_name": "***"}
    assert third["message"] == {"password": "***"}
    assert first["service"] == "test"


def test_libraries_keep_their_debug_talk_to_themselves(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    logger()
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3.connectionpool", "botocore.endpoint", "python_http_client.client"):
        logging.getLogger(name).debug("GET /query?q=%s", NAME)
        logging.getLogger(name).warning("retrying /query?q=%s", NAME)
    assert NAME not in caplog.text
    assert_silent(capfd)


def test_metrics(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Portal/test")
    count("Things", kind="a")
    gauge("Level", 12.5)
    duration("Latency", 0.0123, step="b")
    with pytest.raises(ZeroDivisionError), timed("Block"):
        _ = 1 / 0
    emitted = lines(capfd.readouterr().out)
    described = [line["_aws"]["CloudWatchMetrics"][0] for line in emitted]
    assert {entry["Namespace"] for entry in described} == {"Portal/test"}
    assert [entry["Metrics"][0] for entry in described] == [
        {"Name": "Things", "Unit": "Count"},
        {"Name": "Level", "Unit": "Count"},
        {"Name": "Latency", "Unit": "Milliseconds"},
        {"Name": "Block", "Unit": "Milliseconds"},
    ]
    assert [sorted(entry["Dimensions"][0]) for entry in described] == [
        ["kind", "service"],
        ["service"],
        ["service", "step"],
        ["service"],
    ]
    assert (emitted[0]["Things"], emitted[2]["Latency"]) == ([1.0], [12.3])


def test_a_log_handler_that_fails_does_not_print_the_record(
    capfd: pytest.CaptureFixture[str],
) -> None:
    logger()
    broken = logging.StreamHandler(io.StringIO())
    broken.stream.close()
    plain = logging.Logger("plain")  # noqa: LOG001  # one of its own, which nobody else has
    plain.addHandler(broken)
    plain.warning(PASSWORD)
    assert PASSWORD not in "".join(capfd.readouterr())
