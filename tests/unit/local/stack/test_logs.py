"""Log lines become metrics as AWS would make them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.stack.logs import (
    Line,
    LogFiles,
    LogReader,
    StartFailures,
    embedded_metrics,
    invocation_metrics,
)

AT = 1_795_393_177_000


def line(message: str, group: str = "/aws/lambda/portal-local-auth-login") -> Line:
    return Line(group, "stream", AT, message)


def emf(**record: Any) -> str:
    metrics = [{"Name": "Latency", "Unit": "Milliseconds"}, {"Name": "Attempts"}]
    directive = {"Namespace": "Portal", "Dimensions": [["service", "step"]], "Metrics": metrics}
    meta = {"Timestamp": AT, "CloudWatchMetrics": [directive]}
    return json.dumps({"_aws": meta, "service": "provision", "step": "load", **record})


def test_embedded_metrics_keep_namespace_dimensions_unit_and_every_value() -> None:
    found = list(embedded_metrics(line(emf(Latency=[1.5, 2.5], Attempts=3))))
    assert [namespace for namespace, _ in found] == ["Portal", "Portal"]
    latency, attempts = (datum for _, datum in found)
    assert latency["Dimensions"] == [
        {"Name": "service", "Value": "provision"},
        {"Name": "step", "Value": "load"},
    ]
    assert (latency["Values"], latency["Unit"]) == ([1.5, 2.5], "Milliseconds")
    assert (attempts["Values"], attempts["Unit"]) == ([3], "None")
    assert latency["Timestamp"].timestamp() == AT / 1000


@pytest.mark.parametrize("text", ["plain", '{"_aws": 1}', '{"_aws"', '{"message": "\\"_aws\\""}'])
def test_other_lines_are_no_metrics(text: str) -> None:
    assert list(embedded_metrics(line(text))) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("REPORT RequestId: a-b\tDuration: 12 ms\tBilled", ["Invocations", "Duration"]),
        ("Traceback (most recent call last):", ["Errors"]),
        ("Task timed out after 28.00 seconds", ["Errors"]),
        ('{"exception": "Traceback (most recent call last):"}', []),
    ],
)
def test_an_invocations_log_shows_its_lambda_metrics(text: str, names: list[str]) -> None:
    found = list(invocation_metrics(line(text)))
    assert [datum["MetricName"] for _, datum in found] == names
    assert all(namespace == "AWS/Lambda" for namespace, _ in found)
    assert list(invocation_metrics(line(text, group="/aws/apigateway/portal"))) == []


def test_files_hold_the_lines_without_the_runtimes_own(tmp_path: Path) -> None:
    files = LogFiles(tmp_path)
    for text in ("START RequestId: 1", "hello", "END RequestId: 1"):
        files.write(line(text))
    content = (tmp_path / "portal-local-auth-login.log").read_text()
    assert content == "2026-11-23T00:19:37.000+00:00 hello\n"


def test_a_handler_that_cannot_be_imported_is_found_once_in_ministacks_log(tmp_path: Path) -> None:
    file = tmp_path / "ministack.log"
    failures = StartFailures(file)
    assert list(failures.read()) == []
    file.write_text(
        "x ERROR [lambda] Warm worker execution error for portal-a: No module named 'b'\n"
    )
    (found,) = failures.read()
    assert (found.function, "No module named 'b'" in found.message) == ("portal-a", True)
    assert [d["MetricName"] for _, d in invocation_metrics(found)] == ["Errors"]
    assert list(failures.read()) == []


class FakeLogs:
    """CloudWatch Logs with one group, as the reader uses it."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def get_paginator(self, _: str) -> FakeLogs:
        return self

    def paginate(self) -> Iterator[dict[str, Any]]:
        size = sum(len(event["message"]) for event in self.events)
        yield {"logGroups": [{"logGroupName": "/aws/lambda/f", "storedBytes": size}]}

    def filter_log_events(self, *, logGroupName: str, startTime: int) -> dict[str, Any]:  # noqa: N803  # boto3's names
        return {"events": [e for e in self.events if e["timestamp"] >= startTime]}

    def add(self, stream: str, at: int, message: str) -> None:
        event = {"logStreamName": stream, "timestamp": at, "message": message}
        self.events.append(event)


def test_every_line_is_read_once_even_when_a_slower_invocation_logs_late() -> None:
    logs = FakeLogs()
    reader = LogReader(logs)
    logs.add("one", 10_000, "a")
    assert [found.message for found in reader.read()] == ["a"]
    assert list(reader.read()) == []
    logs.add("two", 9_000, "b")
    logs.add("three", 20_000, "c")
    assert sorted(found.message for found in reader.read()) == ["b", "c"]
    logs.add("four", 20_000, "d")
    assert [found.message for found in reader.read()] == ["d"]
