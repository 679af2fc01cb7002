"""The signature that the Salesforce button puts on POST /orders/{id}/provision.

Written from the contract, not with the portal's own code: the screen stands in for Apex, and a
mistake in the portal's verification must not be repeated here.
"""

from __future__ import annotations

import hashlib
import hmac


def provision_headers(
    *, order_id: str, idempotency_key: str, timestamp: int, body: bytes, key_id: str, key: str
) -> dict[str, str]:
    """The four `X-Portal-…`/`Idempotency-Key` headers; `timestamp` in Unix seconds.

    HMAC-SHA-256 over `v1|POST|/orders/{id}/provision|{timestamp}|{idempotency key}|{sha256 of
    the raw body, lower-case hex}`. The path is the API's, without the stage.
    """
    digest = hashlib.sha256(body).hexdigest()
    canonical = f"v1|POST|/orders/{order_id}/provision|{timestamp}|{idempotency_key}|{digest}"
    signature = hmac.new(key.encode(), canonical.encode(), hashlib.sha256).hexdigest()
    return {
        "X-Portal-Timestamp": str(timestamp),
        "X-Portal-Key-Id": key_id,
        "Idempotency-Key": idempotency_key,
        "X-Portal-Signature": f"v1={signature}",
    }


def idempotency_key(order_id: str, attempt_count: int) -> str:
    """`<18-character order id>-<number of the attempt that this press asks for>`."""
    return f"{order_id}-{attempt_count + 1}"
