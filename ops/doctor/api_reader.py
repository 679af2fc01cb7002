"""Calls the public endpoints of a stage as its callers do."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from portal.adapters.http import Call, Transport
from portal.api.signature import canonical, sign

from ops.doctor.remembering import Remembering

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
PROBE_ORDER = "801000000000000ZZZ"
"""An id that cannot exist, because its check characters are wrong. The endpoint refuses it after
it has accepted the signature and before it records anything (functions/provision/admission.py)."""


@dataclass(frozen=True)
class Answer:
    """Status, headers by lower-case name, and the JSON object of an answer."""

    status: int
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    text: str


class ApiReader(Remembering):
    """Calls one stage's API at `url`. `clock` returns epoch seconds."""

    def __init__(self, *, url: str, transport: Transport, clock: Callable[[], float]) -> None:
        super().__init__()
        self.url = url.rstrip("/")
        self._transport = transport
        self._clock = clock

    def get(self, path: str) -> Answer:
        """Return the answer to GET without credentials. Raises Unavailable without an answer."""
        return self.once(f"GET {path}", lambda: self._send("GET", f"{self.url}{path}"))

    def page(self, address: str) -> Answer:
        """Return the answer to GET of another address, such as the customers' pages."""
        return self.once(address, lambda: self._send("GET", address))

    def preflight(self, path: str, origin: str) -> Answer:
        """Return the answer to a browser's preflight for a page of `origin`."""
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        return self.once(
            f"OPTIONS {path} {origin}",
            lambda: self._send("OPTIONS", f"{self.url}{path}", headers=headers),
        )

    def signed_probe(self, key_id: str, key: str) -> Answer:
        """Send a signed request for an Order that cannot exist. A wrong key gets 401."""
        path = f"/orders/{PROBE_ORDER}/provision"
        timestamp, idempotency_key = int(self._clock()), f"doctor-{uuid.uuid4()}"
        text = canonical(path=path, timestamp=timestamp, idempotency_key=idempotency_key, body=b"")
        headers = {
            "X-Portal-Timestamp": str(timestamp),
            "X-Portal-Key-Id": key_id,
            "Idempotency-Key": idempotency_key,
            "X-Portal-Signature": f"v1={sign(key, text)}",
        }
        return self._send("POST", f"{self.url}{path}", headers=headers)

    def skew(self) -> float | None:
        """Return by how many seconds the API's clock is ahead; None when it does not tell."""
        sent = self.get("/health").headers.get("date")
        if not sent:
            return None
        try:
            return parsedate_to_datetime(sent).timestamp() - self._clock()
        except ValueError:
            return None

    @property
    def encrypted(self) -> bool:
        """Whether the connection is encrypted, or does not leave this machine."""
        parts = urlsplit(self.url)
        return parts.scheme == "https" or parts.hostname in LOOPBACK

    def _send(
        self, method: str, address: str, *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        call = Call(method, address, f"{method} {urlsplit(address).path}", writes=False)
        response = self._transport.send(call, headers=dict(headers or {}))
        try:
            body = json.loads(response.text)
        except ValueError:
            body = {}
        return Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=body if isinstance(body, dict) else {},
            text=response.text,
        )
