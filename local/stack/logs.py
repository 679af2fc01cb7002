"""Copies the emulated Lambdas' logs into files and finds the metrics in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PREFIX = "/aws/lambda/"
LAMBDA = "AWS/Lambda"
OVERLAP = 5_000
"""Milliseconds that are read again: invocations do not end in the order of their logs."""


REPORT = re.compile(r"REPORT RequestId: \S+\tDuration: (\d+) ms")
CRASHED = re.compile(r"Traceback \(most recent call last\):|Task timed out after ")
NOT_STARTED = re.compile(r"Warm worker execution error for (\S+): (.*)")
"""The line in ministack's own log about a handler that could not be imported."""


@dataclass(frozen=True)
class Line:
    """One log event; `at` is milliseconds since 1970."""

    group: str
    stream: str
    at: int
    message: str

    @property
    def function(self) -> str | None:
        """The Lambda that wrote the line; None for other log groups."""
        return self.group.removeprefix(PREFIX) if self.group.startswith(PREFIX) else None


class LogReader:
    """Reads what is new in all log groups.

    ministack opens a log stream per invocation and writes it at once when the invocation has
    ended, so a stream that was read once has nothing new.
    """

    def __init__(self, logs: Any) -> None:
        self._logs = logs
        self._sizes: dict[str, int] = {}
        self._newest: dict[str, int] = {}
        self._seen: dict[str, set[str]] = {}

    def read(self) -> Iterator[Line]:
        """Yield the lines since the last call, group by group, oldest first."""
        for page in self._logs.get_paginator("describe_log_groups").paginate():
            for group in page["logGroups"]:
                name, size = group["logGroupName"], group["storedBytes"]
                if self._sizes.get(name, 0) != size:
                    self._sizes[name] = size
                    yield from self._read_group(name)

    def _read_group(self, group: str) -> Iterator[Line]:
        since = max(0, self._newest.get(group, 0) - OVERLAP)
        events = self._logs.filter_log_events(logGroupName=group, startTime=since)["events"]
        known = self._seen.get(group, set())
        for event in events:
            if event["logStreamName"] not in known:
                yield Line(group, event["logStreamName"], event["timestamp"], event["message"])
        # Streams older than the overlap are never returned again.
        self._seen[group] = {event["logStreamName"] for event in events}
        self._newest[group] = max((event["timestamp"] for event in events), default=since)


class StartFailures:
    """Finds handlers that could not be imported: ministack reports those in its own log only."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._position = 0

    def read(self) -> Iterator[Line]:
        """Yield the failures since the last call."""
        if not self._file.exists():
            return
        with self._file.open(encoding="utf-8", errors="replace") as file:
            file.seek(self._position)
            text = file.read()
            self._position = file.tell()
        now = int(datetime.now(UTC).timestamp() * 1000)
        for found in NOT_STARTED.finditer(text):
            yield Line(PREFIX + found[1], "", now, f"Traceback (most recent call last): {found[2]}")


class LogFiles:
    """Writes one log file per function."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, line: Line) -> None:
        """Append a line with its time; skip the runtime's START, END and REPORT."""
        if line.message.startswith(("START RequestId", "END RequestId", "REPORT RequestId")):
            return
        name = line.group.removeprefix(PREFIX).strip("/").replace("/", "-")
        time = datetime.fromtimestamp(line.at / 1000, UTC).isoformat(timespec="milliseconds")
        with (self._folder / f"{name}.log").open("a", encoding="utf-8") as file:
            file.write(f"{time} {line.message}\n")


def invocation_metrics(line: Line) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (namespace, datum) of the AWS/Lambda metrics that an invocation's log shows.

    ministack publishes them for direct invocations only, not for the API, queues and rules.
    """
    if line.function is None:
        return
    at = datetime.fromtimestamp(line.at / 1000, UTC)
    dimensions = [{"Name": "FunctionName", "Value": line.function}]
    common = {"Dimensions": dimensions, "Timestamp": at}
    if report := REPORT.match(line.message):
        yield LAMBDA, {**common, "MetricName": "Invocations", "Unit": "Count", "Value": 1}
        duration = {"MetricName": "Duration", "Unit": "Milliseconds", "Value": float(report[1])}
        yield LAMBDA, {**common, **duration}
    elif CRASHED.match(line.message):
        yield LAMBDA, {**common, "MetricName": "Errors", "Unit": "Count", "Value": 1}


def forget(folder: Path) -> None:
    """Remove the log files of the last run."""
    for old in folder.glob("*.log"):
        old.unlink()


def embedded_metrics(line: Line) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (namespace, PutMetricData datum) of a line in CloudWatch's embedded metric format."""
    if '"_aws"' not in line.message:
        return
    try:
        record = json.loads(line.message)
        directives = record["_aws"]["CloudWatchMetrics"]
        at = datetime.fromtimestamp(record["_aws"]["Timestamp"] / 1000, UTC)
    except (ValueError, KeyError, TypeError):
        return
    for directive in directives:
        for names in directive["Dimensions"]:
            dimensions = [{"Name": name, "Value": str(record[name])} for name in names]
            for metric in directive["Metrics"]:
                values = record[metric["Name"]]
                yield (
                    directive["Namespace"],
                    {
                        "MetricName": metric["Name"],
                        "Dimensions": dimensions,
                        "Timestamp": at,
                        "Unit": metric.get("Unit", "None"),
                        "Values": values if isinstance(values, list) else [values],
                    },
                )
