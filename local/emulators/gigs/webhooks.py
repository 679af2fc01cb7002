"""Events and their delivery ("Events and Webhooks"; Svix: "Verifying payloads manually").

Documented: CloudEvents bodies, types that start with `com.gigs.`, `previousData` on `*.updated`,
headers `webhook-id`, `webhook-timestamp` and `webhook-signature`, at-least-once delivery without
an order. Copies of the documentation disagree on whether an applied change is announced as
`subscriptionChange.applied` (sent here) or `.activated`. Ours: the pace of the retries, and one
message id per event that stays on every delivery.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import heapq
import hmac
import itertools
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import httpx

from local.emulators.gigs.switches import Switches
from local.emulators.gigs.values import new_id, timestamp

SECRET_PREFIX = "whsec_"
API_VERSION = "2026-01-29"
TIMEOUT = 10.0


def sign(secret: str, message_id: str, sent_at: int, body: bytes) -> str:
    """Svix' signature: `v1,` and the base64 HMAC-SHA-256 of `id.timestamp.body`."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    content = f"{message_id}.{sent_at}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


@dataclass
class Endpoint:
    """Where events go; an empty `event_types` means all."""

    url: str
    secret: str
    event_types: list[str] = field(default_factory=list)

    @classmethod
    def parse(cls, data: dict[str, Any]) -> Endpoint:
        """`{"url", "secret"?, "eventTypes"?}`; raises ValueError."""
        unknown = set(data) - {"url", "secret", "eventTypes"}
        if unknown or not str(data.get("url", "")).startswith(("http://", "https://")):
            msg = 'a webhook is {"url": "http(s)://…", "secret": "whsec_…"?, "eventTypes": […]?}'
            raise ValueError(msg)
        fresh = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()
        secret = data.get("secret", fresh)
        try:
            base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
        except binascii.Error as error:
            msg = "a webhook's secret is whsec_ and base64"
            raise ValueError(msg) from error
        return cls(data["url"], secret, list(data.get("eventTypes", [])))


@dataclass
class Event:
    """One event and what became of it."""

    message_id: str
    body: dict[str, Any]
    attempts: list[dict[str, Any]] = field(default_factory=list)


class Webhooks:
    """Remembers events and delivers them from a thread of its own."""

    def __init__(self, switches: Callable[[], Switches], now: Callable[[], datetime]) -> None:
        self._switches = switches
        self._now = now
        self._endpoints: list[Endpoint] = []
        self._events: dict[str, Event] = {}
        self._queue: list[tuple[float, int, Event, Endpoint, int]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._busy = 0
        self._generation = 0
        self._thread: threading.Thread | None = None

    def add_endpoint(self, endpoint: Endpoint) -> None:
        """Send events there from now on."""
        with self._changed:
            self._endpoints.append(endpoint)

    def remove_endpoints(self) -> None:
        """Send nowhere."""
        with self._changed:
            self._endpoints.clear()

    def emit(
        self,
        project: str,
        type_: str,
        data: dict[str, Any],
        *,
        previous: dict[str, Any] | None = None,
        actor: dict[str, str] | None = None,
    ) -> str:
        """Record `com.gigs.<type_>` and deliver it unless deliveries are held; returns its id."""
        body: dict[str, Any] = {
            "object": "event",
            "id": new_id("evt_"),
            "type": f"com.gigs.{type_}",
            "actor": actor or {"type": "system"},
            "data": data,
            "datacontenttype": "application/json",
            "project": project,
            "source": "https://api.gigs.com",
            "specversion": "1.0",
            "time": timestamp(self._now()),
            "version": API_VERSION,
        }
        if previous is not None:
            body["previousData"] = previous
        with self._changed:
            self._events[body["id"]] = Event(new_id("msg_"), body)
        if self._switches().webhook_delivery == "automatic":
            self.deliver([body["id"]])
        return str(body["id"])

    def deliver(self, ids: Iterable[str]) -> None:
        """Queue these events in this order, once per mention; raises KeyError for unknown ids."""
        with self._changed:
            events = [self._events[event_id] for event_id in ids]
            for event in events:
                for endpoint in self._endpoints:
                    if not endpoint.event_types or event.body["type"] in endpoint.event_types:
                        self._push(0.0, event, endpoint, 1)
            if self._queue and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def wait_idle(self, seconds: float = 5.0) -> bool:
        """Wait until nothing is queued or under way; False when that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._queue and not self._busy, seconds)

    def clear(self) -> None:
        """Forget events, endpoints and what is queued."""
        with self._changed:
            self._events.clear()
            self._endpoints.clear()
            self._queue.clear()
            self._generation += 1
            self._changed.notify_all()

    def endpoints(self) -> list[dict[str, Any]]:
        """The endpoints with their secrets: it is an emulator."""
        with self._changed:
            return [asdict(endpoint) for endpoint in self._endpoints]

    def events(self, types: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Events, oldest first, with their deliveries."""
        with self._changed:
            return [
                {
                    "messageId": event.message_id,
                    "event": event.body,
                    "attempts": list(event.attempts),
                }
                for event in self._events.values()
                if not types or event.body["type"] in types
            ]

    def _push(self, delay: float, event: Event, endpoint: Endpoint, attempt: int) -> None:
        due = time.monotonic() + delay if delay else 0.0
        heapq.heappush(self._queue, (due, next(self._order), event, endpoint, attempt))

    def _work(self) -> None:
        with httpx.Client(timeout=TIMEOUT) as client:
            while True:
                with self._changed:
                    if not self._queue:
                        self._thread = None
                        return
                    wait = self._queue[0][0] - time.monotonic()
                    if wait > 0:
                        self._changed.wait(wait)
                        continue
                    _, _, event, endpoint, attempt = heapq.heappop(self._queue)
                    generation = self._generation
                    self._busy += 1
                outcome = self._send(client, event, endpoint)
                with self._changed:
                    self._busy -= 1
                    event.attempts.append({"attempt": attempt, "url": endpoint.url, **outcome})
                    again = not outcome["delivered"] and generation == self._generation
                    if again and attempt < self._switches().webhook_attempts:
                        delay = self._switches().webhook_retry_seconds
                        self._push(delay, event, endpoint, attempt + 1)
                    self._changed.notify_all()

    def _send(self, client: httpx.Client, event: Event, endpoint: Endpoint) -> dict[str, Any]:
        body = json.dumps(event.body, ensure_ascii=False).encode()
        sent_at = int(self._now().timestamp())
        headers = {
            "content-type": "application/json",
            "webhook-id": event.message_id,
            "webhook-timestamp": str(sent_at),
            "webhook-signature": sign(endpoint.secret, event.message_id, sent_at, body),
        }
        try:
            answer = client.post(endpoint.url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return {"delivered": False, "status": None, "error": type(error).__name__}
        return {"delivered": answer.is_success, "status": answer.status_code, "error": None}
