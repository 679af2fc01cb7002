"""The journal of the calls that an emulator has received.

Tests count calls by it, so each request is recorded once, when its answer is decided, even when
the answer is never sent (see `outcome`).
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
    """One received request.

    `operation` is the vendor's name of the operation (a WHMCS action, `query`,
    `POST subscriptions`). `committed` tells whether the emulator carried it out. `outcome` is
    `answered`, `dropped`, `reset` or `refused` (a fault answered instead).
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
        """Append a call. `seq` and `at` are set, and secret headers are masked."""
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
        """Return the calls after sequence number `since`, oldest first."""
        with self._lock:
            return [
                call
                for call in self._calls
                if call.seq > since and (operation is None or call.operation == operation)
            ]

    def clear(self) -> None:
        """Forget all calls. Sequence numbers continue, so that `since` keeps its meaning."""
        with self._lock:
            self._calls.clear()

    def as_json(self, *, operation: str | None = None, since: int = 0) -> list[dict[str, Any]]:
        """Return `calls` as JSON values."""
        return [asdict(call) for call in self.calls(operation=operation, since=since)]
