"""The HTTP side of every operation: rate limit, method, headers, signature, envelope.

Documented: POST and JSON only; `RT-AccessCode` alone is accepted; a signed request adds
`RT-RequestID`, `RT-Timestamp` (milliseconds) and `RT-Signature`, the lower-case hexadecimal
HMAC-SHA-256 with the secret key over timestamp, request id, access code and the body as sent; 8
requests a second; the envelope. Assumed: the order of the checks, how far a timestamp may be off,
that signing headers are checked whenever one of them is there, that an access code that does not
exist is answered like a wrong signature, and how the rate limit refuses.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.emulators.esim_access import errors
from local.emulators.esim_access.core import Core
from local.emulators.esim_access.errors import ApiError
from local.emulators.esim_access.inputs import read
from local.emulators.esim_access.lifecycle import Lifecycle

SIGNING = ("RT-RequestID", "RT-Timestamp", "RT-Signature")
MILLISECONDS = re.compile(r"[0-9]{10,16}")
TOO_MANY_REQUESTS = 429


@dataclass(frozen=True)
class Operation:
    """An operation, its input, and whether it may take long and holds no lock (`slow`)."""

    run: Callable[[Core, Any], dict[str, Any]]
    model: type[BaseModel]
    slow: bool = False


def sign(secret_key: str, timestamp: str, request_id: str, access_code: str, body: bytes) -> str:
    """`RT-Signature` of a request."""
    text = f"{timestamp}{request_id}{access_code}".encode() + body
    return hmac.new(secret_key.encode(), text, hashlib.sha256).hexdigest()


class Gateway:
    """Turns a request into an operation's input and its answer into an envelope."""

    def __init__(
        self,
        core: Core,
        settle_later: Callable[[], None],
        clock: Callable[[], float],
    ) -> None:
        self._core = core
        self._settle_later = settle_later
        self._clock = clock
        self._recent: deque[float] = deque()

    async def serve(self, request: Request, operation: Operation | None) -> Response:
        """Serve one request. After the body is read, only slow operations await."""
        body = await request.body()
        try:
            self._limit_rate()
            self._authenticate(request, body)
            if operation is None:
                return self._failure(ApiError(errors.METHOD, "(unknown path)"), status=404)
            wanted = read(body, operation.model)
            if operation.slow:
                return self._success(await asyncio.to_thread(operation.run, self._core, wanted))
            with self._core.lock:
                Lifecycle(self._core).settle()
                return self._success(operation.run(self._core, wanted))
        except ApiError as error:
            return self._failure(error)
        except _TooManyRequests:
            return self._failure(ApiError(errors.BUSY), status=TOO_MANY_REQUESTS)
        finally:
            self._settle_later()

    def wrong_method(self) -> Response:
        """Return the answer to any method but POST."""
        return self._failure(ApiError(errors.METHOD))

    def _limit_rate(self) -> None:
        switches, now = self._core.switches(), self._clock()
        while self._recent and now - self._recent[0] >= 1.0:
            self._recent.popleft()
        if switches.requests_per_second and len(self._recent) >= switches.requests_per_second:
            if switches.throttling == "busy":
                raise ApiError(errors.BUSY)
            raise _TooManyRequests
        self._recent.append(now)

    def _authenticate(self, request: Request, body: bytes) -> None:
        account, headers = self._core.account, request.headers
        access_code = headers.get("RT-AccessCode")
        if not access_code:
            raise ApiError(errors.HEADER_MISSING, "(RT-AccessCode)")
        signed = any(name in headers for name in SIGNING)
        if not signed and self._core.switches().simple_authentication == "accepted":
            if access_code != account.access_code:
                raise ApiError(errors.SIGNATURE)
            return
        for name in SIGNING:
            if not headers.get(name):
                raise ApiError(errors.HEADER_MISSING, f"({name})")
        timestamp = headers["RT-Timestamp"]
        if MILLISECONDS.fullmatch(timestamp) is None:
            raise ApiError(errors.HEADER_FORMAT, "(RT-Timestamp)")
        away = abs(self._core.now().timestamp() - int(timestamp) / 1000)
        if away > self._core.switches().timestamp_tolerance_seconds:
            raise ApiError(errors.TIMESTAMP)
        expected = sign(account.secret_key, timestamp, headers["RT-RequestID"], access_code, body)
        right = hmac.compare_digest(expected, headers["RT-Signature"])
        if access_code != account.access_code or not right:
            raise ApiError(errors.SIGNATURE)

    def _success(self, obj: dict[str, Any]) -> Response:
        switches = self._core.switches()
        return JSONResponse(
            {
                "success": "true" if switches.success_as == "string" else True,
                "errorCode": switches.success_code,
                switches.message_member: None,
                "obj": obj,
            }
        )

    def _failure(self, error: ApiError, *, status: int | None = None) -> Response:
        switches = self._core.switches()
        return JSONResponse(
            {
                "success": "false" if switches.success_as == "string" else False,
                "errorCode": error.code,
                switches.message_member: error.message,
                "obj": None,
            },
            status_code=status or switches.failure_status,
        )


class _TooManyRequests(Exception):
    """The limit is reached, and the switch wants HTTP's own status."""
