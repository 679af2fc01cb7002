"""Verifies the signature on calls from Salesforce, which is an HMAC-SHA-256 over this text:

    v1|POST|/orders/{sfOrderId}/provision|{timestamp}|{idempotency key}|{sha256 of the raw body}

docs/signature.md has test vectors and describes the sender. The check happens before the body is
parsed, on the exact bytes that arrived, in constant time. The answer does not say why it failed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.api.idempotency_key import bare
from portal.config import ConfigurationError
from portal.domain.problems import (
    IDEMPOTENCY_KEY_MISSING,
    MALFORMED_REQUEST,
    SIGNATURE_INVALID,
    Problem,
)
from portal.observability import count, logger
from portal.secrets import Secret

TOLERANCE_SECONDS = 300
REFRESH_SECONDS = 60
MAX_SIGNATURES = 8
_TIMESTAMP = re.compile(r"[0-9]{1,11}")
_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SIGNATURE = re.compile(r"v1=([0-9a-f]{64})")
_IDEMPOTENCY_KEY = re.compile(r"[A-Za-z0-9._:-]{1,128}")


@dataclass(frozen=True)
class SignedRequest:
    """The signed parts of a request. `idempotency_key` is without its quotes."""

    path: str
    timestamp: int
    idempotency_key: str
    body: bytes = field(repr=False)

    @property
    def body_hash(self) -> str:
        """The SHA-256 of the raw body in lower-case hex."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def fingerprint(self) -> str:
        """A hash of the request that does not depend on its key and on quotes in the header."""
        text = canonical(
            path=self.path,
            timestamp=self.timestamp,
            idempotency_key=self.idempotency_key,
            body=self.body,
        )
        return hashlib.sha256(text).hexdigest()


UNSIGNED = frozenset({"header-missing", "header-repeated", "malformed"})
"""The reasons for refusing requests that anybody can send without knowing the signature's form."""


def canonical(*, path: str, timestamp: int, idempotency_key: str, body: bytes) -> bytes:
    """Return the text that is signed."""
    digest = hashlib.sha256(body).hexdigest()
    return f"v1|POST|{path}|{timestamp}|{idempotency_key}|{digest}".encode()


def sign(key: str, text: bytes) -> str:
    """Return the signature in lower-case hex, as Salesforce's HEX(HMAC(…)) returns it."""
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest()


class SigningKeys:
    """The valid keys by id, from the secret `{"keys": {"<id>": "<key>", …}}`.

    An unknown id may belong to a key that was just added. The secret is then read again, but at
    most once a minute, whatever callers send.
    """

    def __init__(self, secret: Secret, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._secret = secret
        self._clock = clock
        self._refreshed: float | None = None

    def find(self, key_id: str) -> str | None:
        """Return the key with that id, or None."""
        key = self._keys(self._secret.value()).get(key_id)
        if key is None and self._may_refresh():
            key = self._keys(self._secret.value(refresh=True)).get(key_id)
        return key

    def _may_refresh(self) -> bool:
        now = self._clock()
        if self._refreshed is not None and now - self._refreshed < REFRESH_SECONDS:
            return False
        self._refreshed = now
        return True

    @staticmethod
    def _keys(document: Mapping[str, Any]) -> dict[str, str]:
        keys = document.get("keys")
        if not isinstance(keys, dict) or not all(isinstance(k, str) and k for k in keys.values()):
            msg = 'the signing secret is not {"keys": {"<id>": "<key>"}}; run `make secrets`'
            raise ConfigurationError(msg)
        return keys


class SignatureVerifier:
    """Verifies the signatures of API Gateway proxy events."""

    def __init__(self, keys: SigningKeys, *, clock: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._clock = clock

    def verify(self, event: Mapping[str, Any], path: str) -> SignedRequest:
        """Return the verified request. `path` is the API's, without stage or base path.

        Raises Problem `signature-invalid`, `idempotency-key-missing` or `malformed-request`.
        """
        headers = _Headers(event)
        timestamp = headers.single("x-portal-timestamp")
        key_id = headers.single("x-portal-key-id")
        offered = headers.single("x-portal-signature")
        if not (timestamp and key_id and offered):
            raise _refused("header-missing")
        sent_key, bare_key = _idempotency_key(headers)
        if not _TIMESTAMP.fullmatch(timestamp) or not _KEY_ID.fullmatch(key_id):
            raise _refused("malformed")
        request = SignedRequest(path, int(timestamp), bare_key, raw_body(event))
        if abs(self._clock() - request.timestamp) > TOLERANCE_SECONDS:
            raise _refused("timestamp")
        self._check(request, key_id, signatures(offered), (sent_key, bare_key))
        return request

    def _check(
        self, request: SignedRequest, key_id: str, offered: list[str], names: tuple[str, str]
    ) -> None:
        key = self._keys.find(key_id)
        if key is None:
            raise _refused("unknown-key")
        expected = [
            sign(
                key,
                canonical(
                    path=request.path,
                    timestamp=request.timestamp,
                    idempotency_key=name,
                    body=request.body,
                ),
            )
            for name in dict.fromkeys(names)
        ]
        # Every pair is compared, so that the time does not tell which one matched.
        matches = [hmac.compare_digest(ours, theirs) for ours in expected for theirs in offered]
        if not any(matches):
            raise _refused("mismatch")


def signatures(header: str) -> list[str]:
    """Return the hex digests of `v1=<hex>[,v1=<hex>]`. Other versions are ignored.

    Raises Problem `signature-invalid` when there is none, or more than a key rotation needs.
    """
    parts = [part.strip() for part in header.split(",")]
    found = [match.group(1) for part in parts if (match := _SIGNATURE.fullmatch(part))]
    if not found or len(parts) > MAX_SIGNATURES:
        raise _refused("malformed")
    return found


def raw_body(event: Mapping[str, Any]) -> bytes:
    """Return the bytes that were sent, also when API Gateway delivers them as base64."""
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode("utf-8", errors="surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise _refused("malformed") from None


def _idempotency_key(headers: _Headers) -> tuple[str, str]:
    """Return the key as it was sent, and without the quotes of a structured-field string."""
    sent = headers.single("idempotency-key") or ""
    key = bare(sent)
    if not key:
        raise Problem(
            IDEMPOTENCY_KEY_MISSING, "Send an Idempotency-Key that stays the same when you retry."
        )
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise Problem(
            MALFORMED_REQUEST,
            "The Idempotency-Key has 1 to 128 letters, digits, dots, colons, dashes, underscores.",
        )
    return sent, key


class _Headers:
    def __init__(self, event: Mapping[str, Any]) -> None:
        self._values: dict[str, list[str]] = {}
        multi = event.get("multiValueHeaders") or {}
        for name, values in multi.items():
            self._values.setdefault(name.lower(), []).extend(values or [])
        for name, value in (event.get("headers") or {}).items():
            self._values.setdefault(name.lower(), [value])

    def single(self, name: str) -> str | None:
        """Return the header's value. Raises Problem for two values, which would be ambiguous."""
        values = self._values.get(name, [])
        if len(values) > 1:
            raise _refused("header-repeated")
        return values[0].strip() if values else None


def _refused(reason: str) -> Problem:
    # Anybody can send unsigned requests, so only refused signatures raise an alarm.
    if reason in UNSIGNED:
        count("UnsignedRequests")
    else:
        count("SignatureFailures")
    logger().warning("signature refused", extra={"reason": reason})
    return Problem(
        SIGNATURE_INVALID,
        "Check the signing key, the clock and the signed text (docs/signature.md).",
    )
