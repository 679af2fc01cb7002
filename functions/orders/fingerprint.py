"""What makes two requests the same one."""

from __future__ import annotations

import hashlib
import json

from functions.orders.models import OrderRequest


def cart_hash(request: OrderRequest) -> str:
    """A fingerprint of what is ordered.

    The order of lines and options does not matter, nor the zone in which a time is written.
    """
    document = request.model_dump(mode="json")
    document["items"] = sorted(json.dumps(item, sort_keys=True) for item in document["items"])
    if request.activation.at is not None:
        document["activation"]["at"] = request.activation.at.timestamp()
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def request_id(user_id: str, cart: str, idempotency_key: str | None) -> str:
    """Names a request of a user: by its Idempotency-Key, without one by its cart."""
    reason = f"key:{idempotency_key}" if idempotency_key else f"cart:{cart}"
    return hashlib.sha256(f"{user_id}\x1f{reason}".encode()).hexdigest()
