"""Events of Gigs: CloudEvents that Svix delivers and signs.

Source: developers.gigs.com, "Events and Webhooks"; docs.svix.com, "Verifying Webhooks Manually":
the header names the versions and signatures of all live secrets, by spaces; the signed text is
`id.timestamp.body`. The secret is `{"signingSecret", "previousSigningSecret"?}`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from portal.adapters.webhook_secret import WebhookSecret
from portal.domain.esim_event import EsimEvent
from portal.ports.esim_events import EventRefused, UnreadableEvent
from portal.secrets import Secret

TOLERANCE_SECONDS = 300
MOST_SIGNATURES = 8
SECRETS = ("signingSecret", "previousSigningSecret")
PREFIX = "whsec_"
VERSION = "v1,"
TYPES = "com.gigs."
# Events about these can end a wait. The line is `id` of the first, `subscription` of the others.
SUBSCRIPTION = "subscription"
OF_A_SUBSCRIPTION = frozenset({"subscriptionChange", "subscriptionAddon"})
_TIMESTAMP = re.compile(r"[0-9]{1,11}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


class GigsEvents:
    """`EsimEvents` of a Gigs project; `clock` gives epoch seconds."""

    provider = "gigs"
    signed = True

    def __init__(self, secret: Secret, *, clock: Callable[[], float] = time.time) -> None:
        self._secret = WebhookSecret(secret)
        self._clock = clock

    def read(
        self,
        headers: Mapping[str, Sequence[str]],
        body: bytes,
        token: str,  # noqa: ARG002  # the signature is the proof
    ) -> EsimEvent:
        """Verify the signature and parse the body. Raises as `EsimEvents.read`."""
        message_id, timestamp, offered = (
            _single(headers, name) for name in ("id", "timestamp", "signature")
        )
        if not _ID.fullmatch(message_id) or not _TIMESTAMP.fullmatch(timestamp):
            raise EventRefused("malformed")
        if abs(self._clock() - int(timestamp)) > TOLERANCE_SECONDS:
            raise EventRefused("timestamp")
        signatures = _signatures(offered)
        content = f"{message_id}.{timestamp}.".encode() + body
        if not self._secret.fits(lambda document: _signed(document, content, signatures)):
            raise EventRefused("mismatch")
        return _event(body)


def _single(headers: Mapping[str, Sequence[str]], name: str) -> str:
    """Return a header of Svix with either prefix. It must occur only once."""
    for prefix in ("webhook-", "svix-"):
        values = headers.get(prefix + name, ())
        if len(values) > 1:
            raise EventRefused("header-repeated")
        if values:
            return values[0].strip()
    raise EventRefused("header-missing")


def _signatures(header: str) -> list[bytes]:
    """Return the `v1` signatures of `v1,<base64> v1,<base64>`; other versions are ignored."""
    parts = header.split()
    if len(parts) > MOST_SIGNATURES:
        raise EventRefused("malformed")
    found = [part.removeprefix(VERSION).encode() for part in parts if part.startswith(VERSION)]
    if not found:
        raise EventRefused("malformed")
    return found


def _signed(document: Mapping[str, Any], content: bytes, offered: Sequence[bytes]) -> bool:
    expected = [
        base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()) for key in _keys(document)
    ]
    # Every pair is compared, so that the time taken does not tell which one matched.
    matches = [hmac.compare_digest(ours, theirs) for ours in expected for theirs in offered]
    return any(matches)


def _keys(document: Mapping[str, Any]) -> list[bytes]:
    texts = [str(document[name]) for name in SECRETS if document.get(name)]
    try:
        keys = [base64.b64decode(text.removeprefix(PREFIX), validate=True) for text in texts]
    except binascii.Error as error:
        raise EventRefused("secret-unreadable") from error
    if not keys or not all(keys):
        raise EventRefused("no-secret")
    return keys


def _event(body: bytes) -> EsimEvent:
    try:
        event = json.loads(body)
        kind, data = str(event["type"]), event["data"]
        found = EsimEvent(event_id=str(event["id"]), type=kind, lines=_lines(kind, data))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableEvent(type(error).__name__) from None
    if not _ID.fullmatch(found.event_id):
        raise UnreadableEvent("id")
    return found


def _lines(kind: str, data: Mapping[str, Any]) -> tuple[str, ...]:
    subject = kind.removeprefix(TYPES).partition(".")[0]
    line = data.get("id") if subject == SUBSCRIPTION else None
    if subject in OF_A_SUBSCRIPTION:
        line = data.get("subscription")
    return (line,) if isinstance(line, str) and _ID.fullmatch(line) else ()
