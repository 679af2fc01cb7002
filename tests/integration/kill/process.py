"""The test's side of `worker_process`: start it, invoke it, kill it."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.integration.kill.calls import Call, Strike

PATIENCE = 30.0
MODULE = "tests.integration.kill.worker_process"


@dataclass(frozen=True)
class Outcome:
    """How an invocation ended: killed, or with an answer."""

    killed: bool
    calls: list[Call]
    answer: Any


class Handler:
    """One handler's process; invocations are one at a time, each a fresh environment."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._log = log
        self._stdin = process.stdin
        self._stdout = process.stdout.fileno()
        self._buffer = b""
        self._pid = 0

    def invoke(self, event: dict[str, Any], **options: Any) -> Outcome:
        """Begin and wait for the end."""
        self.begin(event, **options)
        return self.finish()

    def begin(
        self,
        event: dict[str, Any],
        *,
        offset: float = 0.0,
        strike: Strike | None = None,
        record: bool = False,
        remaining_ms: int = 150_000,
    ) -> None:
        """Start an invocation; returns when its process lives. `record` lists its calls."""
        if self._pid:  # a case that failed left it behind
            with suppress(ProcessLookupError):  # it may have ended meanwhile
                self.kill()
            self._line()
        request = {
            "event": event,
            "offset": offset,
            "strike": asdict(strike) if strike else None,
            "record": record,
            "remaining_ms": remaining_ms,
        }
        self._stdin.write(json.dumps(request).encode() + b"\n")
        self._stdin.flush()
        self._pid = int(self._line()["pid"])

    def kill(self) -> None:
        """SIGKILL the invocation that is under way."""
        os.kill(self._pid, signal.SIGKILL)

    def finish(self) -> Outcome:
        """Wait for the end; fails the test when the handler raised."""
        end = self._line()
        self._pid = 0
        assert "error" not in end, end["error"]
        killed = end["exit"] == -signal.SIGKILL
        assert killed or end["exit"] == 0, end
        return Outcome(killed, [Call(**call) for call in end["calls"]], end.get("answer"))

    def _line(self) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        with selectors.DefaultSelector() as selector:
            selector.register(self._stdout, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                assert selector.select(max(0.0, deadline - time.monotonic())), self._last_words()
                read = os.read(self._stdout, 65_536)
                assert read, self._last_words()
                self._buffer += read
        line, _, self._buffer = self._buffer.partition(b"\n")
        found: dict[str, Any] = json.loads(line)
        return found

    def _last_words(self) -> str:
        return f"the handler's process does not answer: {self._log.read_text()[-4000:]}"


@contextmanager
def serving(module: str, environment: Mapping[str, str], log: Path) -> Iterator[Handler]:
    """A handler's process; its logs go to a file."""
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-m", MODULE, module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            env=dict(environment),
        )
        try:
            yield Handler(process, log)
        finally:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.close()
            process.stdout.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
