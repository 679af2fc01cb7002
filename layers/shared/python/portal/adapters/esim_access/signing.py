"""The headers of a signed request to eSIM Access.

Source: docs.esimaccess.com, "Authentication": HMAC-SHA-256 with the secret key over timestamp
(milliseconds), request id, access code and the body exactly as it is sent, in lower-case
hexadecimal.
"""

from __future__ import annotations

import hashlib
import hmac
import time
import uuid
from collections.abc import Callable


class Signer:
    """Signs requests. `clock` returns epoch seconds and `new_id` a new request id."""

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self._clock = clock
        self._new_id = new_id

    def headers(self, body: bytes, *, access_code: str, secret_key: str) -> dict[str, str]:
        """Return the headers for a body. The body must be sent unchanged."""
        timestamp, request_id = str(int(self._clock() * 1000)), self._new_id()
        signed = f"{timestamp}{request_id}{access_code}".encode() + body
        signature = hmac.new(secret_key.encode(), signed, hashlib.sha256).hexdigest()
        return {
            "RT-AccessCode": access_code,
            "RT-RequestID": request_id,
            "RT-Timestamp": timestamp,
            "RT-Signature": signature,
        }
