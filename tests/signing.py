"""The signature that the Salesforce button adds to POST /orders/{id}/provision.

It is written from the contract and shares no code with the portal's verification or the Apex, so
that a mistake there does not go unnoticed here.
"""

from __future__ import annotations

import hashlib
import hmac


def provision_headers(
    *, order_id: str, idempotency_key: str, timestamp: int, body: bytes, key_id: str, key: str
) -> dict[str, str]:
    """Return the four `X-Portal-…`/`Idempotency-Key` headers; `timestamp` is in Unix seconds.

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
