"""Events and their delivery ("Events and Webhooks"; Svix: "Verifying payloads manually").

Documented: CloudEvents bodies, types that start with `com.gigs.`, `previousData` on `*.updated`,
headers `webhook-id`, `webhook-timestamp` and `webhook-signature` (a list by spaces: one signature
for each live secret while a secret is rotated), at-least-once delivery without an order. Copies of
the documentation disagree on whether an applied change is announced as
`subscriptionChange.applied` (sent here) or `.activated`. Assumed: the pace of the retries, and one
message id per event for all its deliveries.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from local.emulators.gigs.switches import Switches
from local.emulators.gigs.values import new_id, timestamp
from local.emulators.kit.deliveries import Deliveries, Delivery, MakeDeliveries

SECRET_PREFIX = "whsec_"
API_VERSION = "2026-01-29"


def sign(secret: str, message_id: str, sent_at: int, body: bytes) -> str:
    """Svix' signature: `v1,` and the base64 HMAC-SHA-256 of `id.timestamp.body`."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    content = f"{message_id}.{sent_at}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


@dataclass
class Endpoint:
    """The target of events. An empty `event_types` means all types.

    `old_secrets` are the former secrets during a rotation. Svix also signs with each of them.
    """

    url: str
    secret: str
    event_types: list[str] = field(default_factory=list)
    old_secrets: list[str] = field(default_factory=list)

    @classmethod
    def parse(cls, data: dict[str, Any]) -> Endpoint:
        """`{"url", "secret"?, "oldSecrets"?, "eventTypes"?}`; raises ValueError."""
        unknown = set(data) - {"url", "secret", "oldSecrets", "eventTypes"}
        if unknown or not str(data.get("url", "")).startswith(("http://", "https://")):
            msg = (
                'a webhook is {"url": "http(s)://…", "secret": "whsec_…"?, '
                '"oldSecrets": ["whsec_…"]?, "eventTypes": […]?}'
            )
            raise ValueError(msg)
        fresh = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()
        secret, old = data.get("secret", fresh), list(data.get("oldSecrets", []))
        try:
            for text in (secret, *old):
                base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
        except binascii.Error as error:
            msg = "a webhook's secret is whsec_ and base64"
            raise ValueError(msg) from error
        return cls(data["url"], secret, list(data.get("eventTypes", [])), old)


@dataclass
class Event:
    """One event and its deliveries."""

    message_id: str
    body: dict[str, Any]
    attempts: list[dict[str, Any]] = field(default_factory=list)


class Webhooks:
    """Remembers events and delivers them."""

    def __init__(
        self,
        switches: Callable[[], Switches],
        now: Callable[[], datetime],
        make_deliveries: MakeDeliveries = Deliveries,
    ) -> None:
        self._switches = switches
        self._now = now
        self._endpoints: list[Endpoint] = []
        self._events: dict[str, Event] = {}
        self._lock = threading.RLock()
        self._deliveries = make_deliveries(
            lambda: switches().webhook_attempts,
            lambda: switches().webhook_retry_seconds,
            lambda: switches().webhook_copies,
            lambda: switches().webhook_spread_seconds,
        )

    def add_endpoint(self, endpoint: Endpoint) -> None:
        """Send events to the endpoint from now on."""
        with self._lock:
            self._endpoints.append(endpoint)

    def remove_endpoints(self) -> None:
        """Send events to no endpoint any more."""
        with self._lock:
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
        with self._lock:
            self._events[body["id"]] = Event(new_id("msg_"), body)
        if self._switches().webhook_delivery == "automatic":
            self.deliver([body["id"]])
        return str(body["id"])

    def deliver(self, ids: Iterable[str]) -> None:
        """Queue these events in this order, once per mention; raises KeyError for unknown ids."""
        with self._lock:
            events = [self._events[event_id] for event_id in ids]
            endpoints = list(self._endpoints)
        self._deliveries.send(
            Delivery(endpoint.url, partial(self._signed, event, endpoint), event.attempts)
            for event in events
            for endpoint in endpoints
            if not endpoint.event_types or event.body["type"] in endpoint.event_types
        )

    def wait_idle(self, seconds: float = 5.0) -> bool:
        """Wait until no delivery is queued or under way. Returns False after `seconds`."""
        return self._deliveries.wait_idle(seconds)

    def clear(self) -> None:
        """Forget events, endpoints and what is queued."""
        self._deliveries.clear()
        with self._lock:
            self._events.clear()
            self._endpoints.clear()

    def endpoints(self) -> list[dict[str, Any]]:
        """Return the endpoints with their secrets."""
        with self._lock:
            return [asdict(endpoint) for endpoint in self._endpoints]

    def events(self, types: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Events, oldest first, with their deliveries."""
        with self._lock:
            return [
                {
                    "messageId": event.message_id,
                    "event": event.body,
                    "attempts": list(event.attempts),
                }
                for event in self._events.values()
                if not types or event.body["type"] in types
            ]

    def _signed(self, event: Event, endpoint: Endpoint) -> tuple[bytes, dict[str, str]]:
        body = json.dumps(event.body, ensure_ascii=False).encode()
        sent_at = int(self._now().timestamp())
        return body, {
            "content-type": "application/json",
            "webhook-id": event.message_id,
            "webhook-timestamp": str(sent_at),
            "webhook-signature": " ".join(
                sign(secret, event.message_id, sent_at, body)
                for secret in (endpoint.secret, *endpoint.old_secrets)
            ),
        }
