"""Notifications of eSIM Access: nobody signs them, so they are hints.

Source: docs.esimaccess.com, "Webhooks". What proves them is the secret part of the address that
was given to eSIM Access; what they say is not believed, the job that waits asks the API. Older
examples have no `notifyId`: such a notification goes by its content. The secret is
`{"pathToken"}`.
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

# What can end a wait. Top-ups are announced by nothing.
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
        """Compare the token, then parse."""
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
    """The handles of the line: its order's until it is allocated, then its own."""
    order, profile = (str(content.get(name) or "") for name in ("orderNo", "esimTranNo"))
    found = [ORDER + order] if _NUMBER.fullmatch(order) else []
    return (*found, profile) if _NUMBER.fullmatch(profile) else tuple(found)
