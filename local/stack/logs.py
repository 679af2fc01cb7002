"""Log groups of the emulated Lambdas: into files, and their embedded metrics into CloudWatch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PREFIX = "/aws/lambda/"
OVERLAP = 5_000
"""Milliseconds that are read again, because invocations end in another order than they log."""


@dataclass(frozen=True)
class Line:
    """One log event; `at` is milliseconds since 1970."""

    group: str
    at: int
    message: str


class LogReader:
    """Reads what is new in all log groups.

    ministack opens a log stream per invocation and writes it at once when the invocation has
    ended, so a stream that was seen holds nothing new.
    """

    def __init__(self, logs: Any) -> None:
        self._logs = logs
        self._sizes: dict[str, int] = {}
        self._newest: dict[str, int] = {}
        self._seen: dict[str, set[str]] = {}

    def read(self) -> Iterator[Line]:
        """The lines since the last call, group by group, oldest first."""
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
                yield Line(group, event["timestamp"], event["message"])
        # Streams that fell out of the overlap are never returned again.
        self._seen[group] = {event["logStreamName"] for event in events}
        self._newest[group] = max((event["timestamp"] for event in events), default=since)


class LogFiles:
    """One file per function in a folder that is emptied when the stack starts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.log"):
            old.unlink()

    def write(self, line: Line) -> None:
        """Append a line with its time, apart from the runtime's own START, END and REPORT."""
        if line.message.startswith(("START RequestId", "END RequestId", "REPORT RequestId")):
            return
        name = line.group.removeprefix(PREFIX).strip("/").replace("/", "-")
        time = datetime.fromtimestamp(line.at / 1000, UTC).isoformat(timespec="milliseconds")
        with (self._folder / f"{name}.log").open("a", encoding="utf-8") as file:
            file.write(f"{time} {line.message}\n")


def embedded_metrics(line: Line) -> Iterator[tuple[str, dict[str, Any]]]:
    """(namespace, PutMetricData datum) of a line in CloudWatch's embedded metric format."""
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
