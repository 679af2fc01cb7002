"""Calls the portal's own public API over HTTPS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal import correlation
from portal.adapters.http import Call, Transport
from portal.ports.portal_api import ApiAnswer

UPSTREAM = "portal"
READ_SECONDS = 30.0  # the gateway answers within 29 s
READS = frozenset({"GET", "HEAD"})


class HttpPortalApi:
    """`PortalApi` at `url`, which ends with the stage of the gateway (`…/api`)."""

    def __init__(self, url: str, transport: Transport | None = None) -> None:
        self._url = url.rstrip("/")
        self._transport = transport or Transport(UPSTREAM, read_seconds=READ_SECONDS)

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        body: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> ApiAnswer:
        """Send one request. Raises Unavailable or OutcomeUnknown without an answer."""
        headers = {"Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if key:
            headers["Idempotency-Key"] = key
        operation = f"{method} {path.partition('?')[0]}"
        call = Call(method, f"{self._url}{path}", operation, writes=method not in READS)
        options: dict[str, Any] = {"headers": headers}
        if body is not None:
            options["json"] = dict(body)
        response = self._transport.send(call, **options)
        reference = response.headers.get("X-Correlation-Id") or correlation.current()
        return ApiAnswer(response.status_code, _object(response), reference)


def _object(response: Any) -> dict[str, Any]:
    try:
        document = response.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
