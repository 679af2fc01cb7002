"""Follows one order or one request through the Lambdas' logs and the calls to the vendors.

The key is the correlation id: every log line and every outgoing call carries it. For an Order id,
the correlation ids are those of the log lines that name the Order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

IDENTIFIER = re.compile(r"[A-Za-z0-9._-]{8,64}")
CORRELATION_HEADER = "x-correlation-id"
FUNCTION = re.compile(r"portal-[a-z]+-")
GOOD_STATUS = 400
# Members that say nothing about the request itself.
NOISE = frozenset(
    {
        "level",
        "location",
        "message",
        "timestamp",
        "service",
        "function_name",
        "function_request_id",
        "xray_trace_id",
    }
)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One log line or one call to a vendor; `at` is ISO 8601 with milliseconds."""

    at: str
    where: str
    what: str
    outcome: str
    bad: bool
    detail: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Everything about one identifier: its correlation ids and events, oldest first.

    `silent` are the emulators that did not answer.
    """

    correlation_ids: tuple[str, ...]
    events: tuple[Event, ...]
    silent: tuple[str, ...]


class Tracer:
    """Reads log files below `logs` and the journals of the emulators (name → URL)."""

    def __init__(self, logs: Path, emulators: Mapping[str, str], client: httpx.AsyncClient) -> None:
        self._logs = logs
        self._emulators = emulators
        self._client = client

    async def follow(self, identifier: str) -> Trace:
        """Return the events of an Order id or a correlation id (pattern IDENTIFIER)."""
        lines = list(self._lines())
        named = [line for _, text, line in lines if identifier in text]
        ids = {str(line["correlation_id"]) for line in named if line.get("correlation_id")}
        ids |= {identifier}
        events = [
            _logged(function, line)
            for function, text, line in lines
            if any(wanted in text for wanted in ids)
        ]
        silent = []
        for name, url in self._emulators.items():
            try:
                answer = await self._client.get(f"{url}/_admin/journal")
                answer.raise_for_status()
            except httpx.HTTPError:
                silent.append(name)
                continue
            calls = answer.json()["calls"]
            events += [_called(name, call) for call in calls if _correlation_id(call) in ids]
        return Trace(
            correlation_ids=tuple(sorted(ids - {identifier})) or (identifier,),
            events=tuple(sorted(events, key=lambda event: event.at)),
            silent=tuple(silent),
        )

    def _lines(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield function, text and content of each structured log line, file by file."""
        for file in sorted(self._logs.glob("portal-*.log")):
            function = FUNCTION.sub("", file.stem, count=1)
            for text in file.read_text(encoding="utf-8", errors="replace").splitlines():
                at, _, message = text.partition(" ")
                if (line := _structured(message)) is not None:
                    yield function, message, {**line, "at": at}


def _structured(message: str) -> dict[str, Any] | None:
    """Return a log line's members; None for other text and for embedded metrics."""
    if not message.startswith("{"):
        return None
    try:
        line = json.loads(message)
    except ValueError:
        return None
    return line if isinstance(line, dict) and "message" in line else None


def _logged(function: str, line: dict[str, Any]) -> Event:
    level = str(line.get("level", ""))
    return Event(
        # The line's own time: the file has that of the invocation's end.
        at=_own_time(line),
        where=function,
        what=str(line["message"]),
        outcome=level,
        bad=level in {"ERROR", "CRITICAL", "WARNING"},
        detail={name: value for name, value in line.items() if name not in NOISE | {"at"}},
    )


def _own_time(line: dict[str, Any]) -> str:
    """Return the time that Powertools wrote as `2026-11-27 06:11:33,855+0000`, in ISO 8601."""
    text = str(line.get("timestamp", ""))
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d),(\d{3})\+0000", text)
    return f"{match[1]}T{match[2]}.{match[3]}+00:00" if match else str(line["at"])


def _called(vendor: str, call: dict[str, Any]) -> Event:
    status = call["status"]
    outcome = call["outcome"] if status is None else f"{status} {call['outcome']}"
    shown = ("method", "path", "query", "committed", "fault")
    return Event(
        at=call["at"],
        where=vendor,
        what=call["operation"],
        outcome=outcome,
        bad=status is None or status >= GOOD_STATUS or call["outcome"] != "answered",
        detail={name: call[name] for name in shown if call[name] not in (None, "")},
    )


def _correlation_id(call: dict[str, Any]) -> str | None:
    headers = {name.lower(): value for name, value in call["headers"].items()}
    return headers.get(CORRELATION_HEADER)
