"""Notifications of eSIM Access. They are not signed, so they are only hints.

Source: docs.esimaccess.com, "Webhooks". Only the secret part of the address
authenticates them. Their content is not trusted; the waiting job asks the API. Older examples have
no `notifyId`; then a hash of the content is the event's id. The secret is `{"pathToken"}`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from portal.adapters.esim_access.provider import ORDER
from portal.adapters.webhook_secret import WebhookSecret
from portal.domain.esim_event import EsimEvent
from portal.ports.esim_events import EventRefused, UnreadableEvent
from portal.secrets import Secret

# Notifications that can end a wait. No notification announces a top-up.
TYPES = frozenset({"ORDER_STATUS", "ESIM_STATUS"})
_NUMBER = re.compile(r"[A-Za-z0-9]{1,64}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


class EsimAccessEvents:
    """`EsimEvents` of an account."""

    provider = "esim_access"
    signed = False

    def __init__(self, secret: Secret) -> None:
        self._secret = WebhookSecret(secret)

    def read(
        self,
        headers: Mapping[str, Sequence[str]],  # noqa: ARG002  # nothing in them proves anything
        body: bytes,
        token: str,
    ) -> EsimEvent:
        """Compare the token and parse the body. Raises as `EsimEvents.read`."""
        if not self._secret.fits(lambda document: _same(document, token)):
            raise EventRefused("mismatch")
        return _event(body)


def _same(document: Mapping[str, Any], token: str) -> bool:
    ours = document.get("pathToken")
    if not isinstance(ours, str) or not ours:
        raise EventRefused("no-secret")
    return hmac.compare_digest(ours.encode(), token.encode())


def _event(body: bytes) -> EsimEvent:
    try:
        notification = json.loads(body)
        kind, content = str(notification["notifyType"]), notification.get("content") or {}
        sent = notification.get("notifyId")
        lines = _lines(content) if kind in TYPES else ()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableEvent(type(error).__name__) from None
    known = isinstance(sent, str) and _ID.fullmatch(sent)
    event_id = str(sent) if known else hashlib.sha256(body).hexdigest()
    return EsimEvent(event_id=event_id, type=kind, lines=lines)


def _lines(content: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of the line: the order's until a profile is allocated, then also its own."""
    order, profile = (str(content.get(name) or "") for name in ("orderNo", "esimTranNo"))
    found = [ORDER + order] if _NUMBER.fullmatch(order) else []
    return (*found, profile) if _NUMBER.fullmatch(profile) else tuple(found)
