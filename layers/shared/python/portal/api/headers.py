"""Headers that every answer of the API has, whether a Lambda or the gateway gives it."""

from __future__ import annotations

SECURITY_HEADERS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}

EXPOSED_HEADERS = "X-Correlation-Id, ETag, Retry-After, Idempotency-Replayed, Location, Allow"
"""What scripts of other origins may read (`Access-Control-Expose-Headers`)."""
