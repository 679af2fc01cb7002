"""One Lambda in a process of its own: answers events, and tells the processor time of each.

It reads JSON from its standard input: `module`, `events`, and `queue_url` when the module consumes
a queue, whose messages it then works off after each event of `start`.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.events import FakeContext

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
MOST_MESSAGES = 12
"""Receives for one job: it may wait for its line once or twice."""


def main() -> None:
    """Answer everything, and print the result."""
    given = json.load(sys.stdin)
    nowhere = Path(os.devnull)
    with nowhere.open("w", encoding="utf-8") as logs, contextlib.redirect_stdout(logs):
        handler = importlib.import_module(given["module"]).handler
        answers = [_answer(handler, event, given) for event in given["events"]]
    json.dump({"answers": answers}, sys.stdout)


def _answer(handler: Handler, event: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    began = time.process_time()
    answer = handler(event, FakeContext())
    seconds = time.process_time() - began
    if given.get("worker"):
        worker = importlib.import_module(given["worker"]).handler
        seconds += _work_off(worker, given["queue_url"])
    return {
        "seconds": seconds,
        "status": answer.get("statusCode"),
        "body": str(answer.get("body"))[:200],
    }


def _work_off(worker: Handler, url: str) -> float:
    """Return the processor seconds of the worker; receiving and deleting is Lambda's own work."""
    from portal import aws  # noqa: PLC0415  # the module under test is imported first

    seconds, sqs = 0.0, aws.sqs()
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
            began = time.process_time()
            answer = worker({"Records": [record]}, FakeContext(remaining_ms=150_000))
            seconds += time.process_time() - began
            if not answer["batchItemFailures"]:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return seconds


if __name__ == "__main__":
    main()
