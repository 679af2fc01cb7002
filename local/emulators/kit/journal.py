"""What every emulator remembers of the calls it received.

The journal is what tests count calls with, so it records each request once, when its answer is
decided, whether or not that answer ever left (see `outcome`).
"""

from __future__ import annotations

import itertools
import threading
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

SECRET_HEADERS = frozenset({"authorization", "cookie"})


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request as the emulator saw it.

    `operation` is the vendor's own name for what was asked (a WHMCS action, `query`,
    `POST subscriptions`); `committed` tells whether the emulator's state machine ran;
    `outcome` is `answered`, `dropped`, `reset` or `refused` (a fault answered instead).
    """

    seq: int
    at: str
    operation: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str
    status: int | None
    outcome: str
    committed: bool
    fault: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)


class Journal:
    """An append-only list of calls, safe for use from several threads."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._sequence = itertools.count(1)
        self._lock = threading.Lock()

    def record(self, **fields: Any) -> Call:
        """Append a call; `seq` and `at` are filled in, secret headers are masked."""
        headers = {
            name: "***" if name.lower() in SECRET_HEADERS else value
            for name, value in fields.pop("headers").items()
        }
        with self._lock:
            call = Call(
                seq=next(self._sequence),
                at=datetime.now(UTC).isoformat(),
                headers=headers,
                **fields,
            )
            self._calls.append(call)
        return call

    def calls(self, *, operation: str | None = None, since: int = 0) -> list[Call]:
        """The calls after sequence number `since`, oldest first."""
        with self._lock:
            return [
                call
                for call in self._calls
                if call.seq > since and (operation is None or call.operation == operation)
            ]

    def clear(self) -> None:
        """Forget all calls; sequence numbers go on, so that `since` stays meaningful."""
        with self._lock:
            self._calls.clear()

    def as_json(self, *, operation: str | None = None, since: int = 0) -> list[dict[str, Any]]:
        """`calls`, ready for JSON."""
        return [asdict(call) for call in self.calls(operation=operation, since=since)]
