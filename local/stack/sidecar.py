"""A thread that copies logs and publishes metrics, as AWS itself does."""

from __future__ import annotations

import itertools
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from botocore.exceptions import BotoCoreError, ClientError

from local.stack import metrics
from local.stack.logs import (
    LogFiles,
    LogReader,
    StartFailures,
    embedded_metrics,
    invocation_metrics,
)
from local.stack.ministack import LOG, Ministack

INTERVAL = 1.5
"""Seconds between two rounds."""


class Sidecar:
    """In each round: reads new log lines and publishes the metrics of logs and queues."""

    def __init__(self, ministack: Ministack, logs: Path) -> None:
        self._endpoint = ministack.endpoint
        self._cloudwatch = ministack.client("cloudwatch")
        self._reader = LogReader(ministack.client("logs"))
        self._files = LogFiles(logs)
        self._failures = StartFailures(logs / LOG)
        self._session = requests.Session()
        self._session.trust_env = False
        alarms = metrics.watched_metrics(self._cloudwatch)
        metrics.settle(self._cloudwatch, alarms)
        self._copies = metrics.AlarmCopies(self._cloudwatch, alarms)

    def round(self) -> None:
        """Process everything since the last round."""
        metrics.publish(self._cloudwatch, self._from_logs())
        metrics.publish(self._cloudwatch, metrics.queue_metrics(self._session, self._endpoint))
        metrics.publish(self._cloudwatch, self._copies.read())

    def _from_logs(self) -> Iterator[metrics.Datum]:
        for line in itertools.chain(self._reader.read(), self._failures.read()):
            self._files.write(line)
            yield from embedded_metrics(line)
            yield from invocation_metrics(line)


@contextmanager
def running(ministack: Ministack, logs: Path) -> Iterator[Sidecar]:
    """Run rounds on a thread until the end, and a last one after it so that no log line is lost."""
    sidecar = Sidecar(ministack, logs)
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(INTERVAL):
            _round(sidecar)

    thread = threading.Thread(target=work, name="sidecar", daemon=True)
    thread.start()
    try:
        yield sidecar
    finally:
        stop.set()
        thread.join(10)
        _round(sidecar)


def _round(sidecar: Sidecar) -> None:
    try:
        sidecar.round()
    except (BotoCoreError, ClientError, requests.RequestException) as error:
        # The stack works without these metrics, so a failed round must not end it.
        print(f"sidecar: {error}", file=sys.stderr)
