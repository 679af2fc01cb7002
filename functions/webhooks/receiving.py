"""Handles events of the eSIM provider: they make the waiting job look at once.

The event's content is not trusted, because the job asks the provider's API, as it would do later
anyway. So an event that is lost, late, repeated, out of order or forged only changes the time at
which a job looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.api.signature import raw_body
from portal.domain.esim_event import EsimEvent
from portal.domain.problems import MALFORMED_REQUEST, NOT_FOUND, SIGNATURE_INVALID, Problem
from portal.observability import count, logger
from portal.ports.esim_events import (
    EsimEvents,
    EsimWaits,
    EventRefused,
    SeenEvents,
    UnreadableEvent,
    Waker,
)


@dataclass(frozen=True)
class Receiving:
    """Handles deliveries. Each call of another system ends within a second."""

    events: EsimEvents
    seen: SeenEvents
    waits: EsimWaits
    waker: Waker

    def signed(self, request: Mapping[str, Any]) -> None:
        """Handle a signed delivery.

        Raises Problem `not-found` when the provider signs nothing, and the problems of `_receive`.
        """
        if not self.events.signed:
            raise _no_such_address()
        self._receive(request, "")

    def by_token(self, request: Mapping[str, Any], token: str) -> None:
        """Handle a delivery to the secret address. Raises Problem `not-found` for a wrong one."""
        if self.events.signed:
            raise _no_such_address()
        self._receive(request, token)

    def _receive(self, request: Mapping[str, Any], token: str) -> None:
        """Raises Problem `signature-invalid`, `not-found` or `malformed-request`."""
        provider = self.events.provider
        try:
            event = self.events.read(_headers(request), raw_body(request), token)
        except EventRefused as refused:
            count("EsimEvents", outcome="refused")
            logger().warning("eSIM event refused", extra={"reason": refused.reason})
            raise self._refusal() from refused
        except UnreadableEvent as unreadable:
            count("EsimEvents", outcome="unreadable")
            logger().error("eSIM event is not readable", extra={"reason": str(unreadable)})
            raise Problem(MALFORMED_REQUEST, "This is no event of the provider.") from unreadable
        outcome = self._deal_with(provider, event)
        count("EsimEvents", outcome=outcome)
        logger().info(
            "eSIM event",
            extra={"event_id": event.event_id, "event_type": event.type, "outcome": outcome},
        )

    def _deal_with(self, provider: str, event: EsimEvent) -> str:
        if not event.lines:
            return "not-awaited"
        if self.seen.seen(provider, event.event_id):
            return "repeated"
        waiting = {
            task
            for line_id in event.lines
            if (task := self.waits.who_waits(provider, line_id)) is not None
        }
        for task in waiting:
            self.waker.wake(task)
        # It is recorded last, so that a failed delivery is repeated. Looking twice is harmless.
        self.seen.remember(provider, event.event_id)
        return "woke" if waiting else "not-awaited"

    def _refusal(self) -> Problem:
        if self.events.signed:
            return Problem(SIGNATURE_INVALID, "Check the signing secret, the clock and the body.")
        return _no_such_address()


def _no_such_address() -> Problem:
    return Problem(NOT_FOUND, "There is nothing at this path.")


def _headers(request: Mapping[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, values in (request.get("multiValueHeaders") or {}).items():
        found.setdefault(name.lower(), []).extend(values or [])
    for name, value in (request.get("headers") or {}).items():
        found.setdefault(name.lower(), [value])
    return found
