"""An execution environment that can be killed: one handler, every invocation in a fork of its own.

    python -m tests.integration.kill.worker_process functions.provision.worker

Reads one request per line from stdin (`Invocation` as JSON). The parent has imported everything
and opened no connection, so a fork is a warm start of a new environment; SIGKILL on it is a real
one. Answers per request two lines: `{"pid"}` as soon as the fork lives, and, when it is gone,
`{"exit", "calls", "answer", "error"}` (`exit` is negative for a signal).

The clock can be moved (`offset`): a lease that a killed worker left has then run out. Sleeping
only moves the clock.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from typing import IO, Any

import boto3
from portal import aws
from portal.adapters.salesforce.library import simple_salesforce
from pydantic import BaseModel

from tests.events import FakeContext
from tests.integration.kill.calls import Recorder, Strike

CLIENTS: tuple[Callable[[], object], ...] = (
    aws.dynamodb,
    aws.sqs,
    aws.secretsmanager,
    aws.cognito,
)


class MovedClock:
    """`time.time` with an offset; `time.sleep` moves it instead of waiting."""

    def __init__(self) -> None:
        self.offset = 0.0
        self._real = time.time

    def install(self) -> None:
        """Before anything else is imported: default arguments keep what they saw then."""
        time.time = self.now
        time.sleep = self.sleep  # type: ignore[assignment]  # nobody sleeps by name

    def now(self) -> float:
        return self._real() + self.offset

    def sleep(self, seconds: float) -> None:
        self.offset += seconds


def main() -> None:
    """Serve until stdin ends."""
    clock = MovedClock()
    clock.install()
    recorder = Recorder()
    boto3.setup_default_session()
    recorder.install()
    handler = _imported(sys.argv[1])
    control = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # logs and metrics
    for line in sys.stdin:
        _serve(json.loads(line), handler, clock, recorder, control)


def _imported(module: str) -> Callable[[Any, Any], Any]:
    """The handler, with all that it will import later, and clients that never connected."""
    area = module.rpartition(".")[0]
    for package in ("portal", area):
        found = importlib.import_module(package)
        for item in pkgutil.walk_packages(found.__path__, f"{package}."):
            importlib.import_module(item.name)
    simple_salesforce()
    for client in CLIENTS:
        client()
    # Each fork would load these at its first secret, and build the validators of its settings.
    importlib.import_module("aws_lambda_powertools.utilities.parameters")
    for model in _all_below(BaseModel):
        model.model_rebuild()
    handler: Callable[[Any, Any], Any] = importlib.import_module(module).handler
    gc.freeze()
    return handler


def _all_below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for found in model.__subclasses__():
        yield found
        yield from _all_below(found)


def _serve(
    request: dict[str, Any],
    handler: Callable[[Any, Any], Any],
    clock: MovedClock,
    recorder: Recorder,
    control: IO[str],
) -> None:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _child(request, handler, clock, recorder, writing)
    os.close(writing)
    _say(control, {"pid": pid})
    with os.fdopen(reading) as lines:
        said = [json.loads(line) for line in lines]
    _, status = os.waitpid(pid, 0)
    calls = [entry["call"] for entry in said if "call" in entry]
    end: dict[str, Any] = next((entry for entry in said if "call" not in entry), {})
    _say(control, {"exit": os.waitstatus_to_exitcode(status), "calls": calls, **end})


def _child(
    request: dict[str, Any],
    handler: Callable[[Any, Any], Any],
    clock: MovedClock,
    recorder: Recorder,
    writing: int,
) -> None:
    def say(entry: dict[str, Any]) -> None:
        os.write(writing, json.dumps(entry).encode() + b"\n")

    clock.offset = request["offset"]
    strike = request["strike"]
    recorder.begin(say if request["record"] else None, Strike(**strike) if strike else None)
    context = FakeContext(remaining_ms=request["remaining_ms"])
    try:
        say({"answer": handler(request["event"], context)})
    except BaseException:  # noqa: BLE001  # whatever it was, the test is to see it
        say({"error": traceback.format_exc()})
    os._exit(0)


def _say(control: IO[str], entry: dict[str, Any]) -> None:
    control.write(json.dumps(entry) + "\n")


if __name__ == "__main__":
    main()
