"""`Idempotency-Key` ("Idempotent requests").

Documented: POST and DELETE accept keys of at most 255 characters; status and body of the first
successful answer (below 400) are stored and replayed for up to 24 hours; failures are not stored;
other methods ignore the header. Assumed: what identifies a key (see the switch
`idempotency_scope`), and that a key with another body is replayed as well. Such mismatches are kept
in the state, because a client that causes one has a defect.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

LIFETIME = timedelta(hours=24)
MAX_LENGTH = 255


@dataclass(frozen=True)
class Sent:
    """The request with a key."""

    project: str
    key: str
    method: str
    path: str
    digest: str

    @classmethod
    def of(cls, project: str, key: str, method: str, path: str, body: bytes) -> Sent:
        """Keep a digest instead of the body."""
        return cls(project, key, method, path, hashlib.sha256(body).hexdigest())


@dataclass
class _Stored:
    sent: Sent
    at: datetime
    status: int
    body: dict[str, Any]
    replays: int = 0


class Idempotency:
    """Stored answers by key."""

    def __init__(self) -> None:
        self._stored: dict[tuple[str, ...], _Stored] = {}
        self._mismatches: list[dict[str, Any]] = []

    def replay(self, sent: Sent, scope: str, now: datetime) -> tuple[int, dict[str, Any]] | None:
        """Return the stored answer to replay; None when the request must be carried out."""
        stored = self._stored.get(_identity(sent, scope))
        if stored is None or now - stored.at >= LIFETIME:
            return None
        stored.replays += 1
        if stored.sent != sent:
            self._mismatches.append({"stored": asdict(stored.sent), "sent": asdict(sent)})
        return stored.status, stored.body

    def store(
        self, sent: Sent, scope: str, now: datetime, status: int, body: dict[str, Any]
    ) -> None:
        """Remember a successful answer."""
        self._stored[_identity(sent, scope)] = _Stored(sent, now, status, body)

    def clear(self) -> None:
        """Forget everything."""
        self._stored.clear()
        self._mismatches.clear()

    def take(self, other: Idempotency) -> None:
        """Remember what the other one does instead."""
        self._stored, self._mismatches = other._stored, other._mismatches

    def as_json(self) -> dict[str, Any]:
        """Keys with their replays, and the mismatches."""
        return {
            "keys": [
                {**asdict(s.sent), "status": s.status, "replays": s.replays}
                for s in self._stored.values()
            ],
            "mismatches": self._mismatches,
        }


def _identity(sent: Sent, scope: str) -> tuple[str, ...]:
    if scope == "key":
        return (sent.project, sent.key)
    return (sent.project, sent.key, sent.method, sent.path)
