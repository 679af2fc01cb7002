"""Notifications and their delivery ("Webhooks").

Documented: the envelope, the types, their contents, `notifyId` for deduplication, the check of the
URL when it is saved. Nothing is signed, so a receiver must check what it is told. Assumed: the pace
of the retries, and that each of them has the same `notifyId`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import httpx

from local.emulators.esim_access.switches import Switches
from local.emulators.esim_access.values import new_notify_id, webhook_time
from local.emulators.kit.deliveries import TIMEOUT, Deliveries, Delivery, MakeDeliveries, post

TYPES = (
    "ORDER_STATUS",
    "ESIM_STATUS",
    "SMDP_EVENT",
    "DATA_USAGE",
    "VALIDITY_USAGE",
    "CHECK_HEALTH",
)
HEALTH = {"orderNo": "1234567890", "orderStatus": "Test"}


@dataclass
class Event:
    """One notification and its deliveries."""

    body: dict[str, Any]
    attempts: list[dict[str, Any]] = field(default_factory=list)


class Webhooks:
    """Remembers notifications and delivers them to the account's one URL."""

    def __init__(
        self,
        switches: Callable[[], Switches],
        now: Callable[[], datetime],
        url: Callable[[], str | None],
        make_deliveries: MakeDeliveries = Deliveries,
    ) -> None:
        self._switches = switches
        self._now = now
        self._url = url
        self._events: dict[str, Event] = {}
        self._lock = threading.RLock()
        self._deliveries = make_deliveries(
            lambda: switches().webhook_attempts,
            lambda: switches().webhook_retry_seconds,
            lambda: switches().webhook_copies,
            lambda: switches().webhook_spread_seconds,
        )

    def emit(self, type_: str, content: dict[str, Any]) -> str:
        """Record a notification and deliver it unless deliveries are held; returns its id."""
        body = self._envelope(type_, content)
        with self._lock:
            self._events[body["notifyId"]] = Event(body)
        if self._switches().webhook_delivery == "automatic":
            self.deliver([body["notifyId"]])
        return str(body["notifyId"])

    def deliver(self, ids: Iterable[str]) -> None:
        """Queue these in this order, once per mention; raises KeyError for unknown ids."""
        with self._lock:
            events = [self._events[notify_id] for notify_id in ids]
        url = self._url()
        if url is not None:
            self._deliveries.send(
                Delivery(url, partial(_message, event.body), event.attempts) for event in events
            )

    def check(self, url: str) -> bool:
        """Send CHECK_HEALTH to the URL. Returns whether it was answered with 2xx."""
        body = self._envelope("CHECK_HEALTH", dict(HEALTH))
        event = Event(body)
        with self._lock:
            self._events[body["notifyId"]] = event
        delivery = Delivery(url, partial(_message, body), event.attempts)
        with httpx.Client(timeout=TIMEOUT) as client:
            outcome = post(client, delivery)
        event.attempts.append({"attempt": 1, "url": url, **outcome})
        return bool(outcome["delivered"])

    def wait_idle(self, seconds: float = 5.0) -> bool:
        """Wait until no delivery is queued or under way. Returns False after `seconds`."""
        return self._deliveries.wait_idle(seconds)

    def clear(self) -> None:
        """Forget notifications and what is queued."""
        self._deliveries.clear()
        with self._lock:
            self._events.clear()

    def events(self, types: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Notifications, oldest first, with their deliveries."""
        with self._lock:
            return [
                {"event": event.body, "attempts": list(event.attempts)}
                for event in self._events.values()
                if not types or event.body["notifyType"] in types
            ]

    def _envelope(self, type_: str, content: dict[str, Any]) -> dict[str, Any]:
        return {
            "notifyType": type_,
            "notifyId": new_notify_id(),
            "eventGenerateTime": webhook_time(self._now()),
            "content": content,
        }


def _message(body: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    return json.dumps(body, ensure_ascii=False).encode(), {"content-type": "application/json"}
