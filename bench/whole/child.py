"""One Lambda in a process of its own: answers events, and tells the processor time of each.

It reads JSON from its standard input: `module` and `events`; `worker` and `queue_url` when the
messages that the module sends are to be worked off after each event; `profile_from` with the number
of the first event that is profiled.
"""

from __future__ import annotations

import contextlib
import cProfile
import importlib
import io
import json
import os
import pstats
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.events import FakeContext

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
MOST_MESSAGES = 12
"""Receives for one job: it may wait for its line once or twice."""
MOST_FUNCTIONS = 45


class Meter:
    """Own processor time and outgoing HTTP calls, while it is measuring."""

    def __init__(self, profile: cProfile.Profile | None = None) -> None:
        self.seconds, self.calls = 0.0, 0
        self.profile = profile
        self._measuring = False

    @contextlib.contextmanager
    def measuring(self, *, profiled: bool) -> Iterator[None]:
        """Add what the block takes."""
        profile = self.profile if profiled else None
        began, self._measuring = time.process_time(), True
        if profile is not None:
            profile.enable()
        try:
            yield
        finally:
            if profile is not None:
                profile.disable()
            self.seconds += time.process_time() - began
            self._measuring = False

    def called(self) -> None:
        """Count a request that left this process."""
        self.calls += self._measuring

    def taken(self) -> tuple[float, int]:
        """Return seconds and calls since the last time."""
        found = self.seconds, self.calls
        self.seconds, self.calls = 0.0, 0
        return found


def _watch_calls(meter: Meter) -> None:
    """Count what boto3 and requests send by http.client."""
    import http.client  # noqa: PLC0415  # loading it belongs to the first request

    send = http.client.HTTPConnection.putrequest

    def counted(connection: http.client.HTTPConnection, *args: Any, **options: Any) -> None:
        meter.called()
        send(connection, *args, **options)

    http.client.HTTPConnection.putrequest = counted  # type: ignore[assignment]  # to count


def main() -> None:
    """Answer everything, and print the result."""
    given = json.load(sys.stdin)
    first = given.get("profile_from")
    meter = Meter(None if first is None else cProfile.Profile())
    nowhere = Path(os.devnull)
    with nowhere.open("w", encoding="utf-8") as logs, contextlib.redirect_stdout(logs):
        handler = importlib.import_module(given["module"]).handler
        answers = []
        for number, event in enumerate(given["events"]):
            profiled = first is not None and number >= first
            answers.append(_answer(handler, event, given, meter, profiled=profiled))
            if number == 0:
                _watch_calls(meter)
    json.dump({"answers": answers, "profile": _told(meter.profile)}, sys.stdout)


def _told(profile: cProfile.Profile | None) -> str:
    if profile is None:
        return ""
    text = io.StringIO()
    shown = pstats.Stats(profile, stream=text).strip_dirs()
    for order in ("cumulative", "tottime"):
        shown.sort_stats(order).print_stats(MOST_FUNCTIONS)
    return text.getvalue()


def _answer(
    handler: Handler,
    event: dict[str, Any],
    given: dict[str, Any],
    meter: Meter,
    *,
    profiled: bool,
) -> dict[str, Any]:
    with meter.measuring(profiled=profiled):
        answer = handler(event, FakeContext())
    if given.get("worker"):
        worker = importlib.import_module(given["worker"]).handler
        _work_off(worker, given["queue_url"], meter, profiled=profiled)
    seconds, calls = meter.taken()
    return {
        "seconds": seconds,
        "calls": calls,
        "status": answer.get("statusCode"),
        "body": str(answer.get("body"))[:200],
    }


def _work_off(worker: Handler, url: str, meter: Meter, *, profiled: bool) -> None:
    """Measure the worker alone; receiving and deleting is Lambda's own work."""
    from portal import aws  # noqa: PLC0415  # the module under test is imported first

    sqs = aws.sqs()
    for _ in range(MOST_MESSAGES):
        found = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", [])
        if not found:
            break
        for message in found:
            record = {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "0"},
                "messageAttributes": {},
                "eventSourceARN": f"arn:aws:sqs:local:1:{url.rsplit('/', 1)[-1]}",
            }
            with meter.measuring(profiled=profiled):
                answer = worker({"Records": [record]}, FakeContext(remaining_ms=150_000))
            if not answer["batchItemFailures"]:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


if __name__ == "__main__":
    main()
