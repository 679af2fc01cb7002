"""Identifies requests, so that a repeated request is found."""

from __future__ import annotations

import hashlib
import json

from functions.orders.models import OrderRequest


def cart_hash(request: OrderRequest) -> str:
    """Return the SHA-256 of a cart, in hexadecimal.

    It does not depend on the order of lines and options or on the time zone of a time.
    """
    document = request.model_dump(mode="json")
    document["items"] = sorted(json.dumps(item, sort_keys=True) for item in document["items"])
    if request.activation.at is not None:
        document["activation"]["at"] = request.activation.at.timestamp()
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def request_id(user_id: str, cart: str, idempotency_key: str | None) -> str:
    """Return the id of a user's request: of its Idempotency-Key, or without one of its cart."""
    reason = f"key:{idempotency_key}" if idempotency_key else f"cart:{cart}"
    return hashlib.sha256(f"{user_id}\x1f{reason}".encode()).hexdigest()
