"""Requests to one Gigs project: authentication, idempotency keys, pages and errors.

Source: developers.gigs.com, "Authentication", "Idempotent requests", "Pagination".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from requests import Response

from portal.adapters.esim_verdict import UPSTREAM, failure, log_unknown_code
from portal.adapters.gigs import errors
from portal.adapters.guard import Guard
from portal.adapters.http import Call, Transport, json_object, throttled
from portal.domain.upstream import Refused, Unauthorized, UpstreamError
from portal.observability import count
from portal.redaction import without
from portal.secrets import Secret

READ_SECONDS = 15.0
PAGE_SIZE = 200
_TOO_MANY = 429


class GigsClient:
    """Sends requests. The secret is `{"project", "token"}`. `guard` runs every call."""

    def __init__(
        self, *, url: str, secret: Secret, transport: Transport | None, guard: Guard
    ) -> None:
        self._url = url.rstrip("/")
        self._secret = secret
        self._transport = transport or Transport(UPSTREAM, read_seconds=READ_SECONDS)
        self._guard = guard

    def get(self, path: str, params: dict[str, str] | None = None) -> dict[str, Any]:
        """Return one resource. Raises UpstreamErrors."""
        return self._call(Call("GET", path, _operation("GET", path), writes=False), params=params)

    def post(self, path: str, body: dict[str, Any], *, key: str | None = None) -> dict[str, Any]:
        """Send a write and return its answer. `key` is its Idempotency-Key.

        Raises UpstreamErrors.
        """
        return self._call(Call("POST", path, _operation("POST", path), writes=True), body, key=key)

    def search(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send a read with its filter in the body. Returns the answer. Raises UpstreamErrors."""
        return self._call(Call("POST", path, _operation("POST", path), writes=False), body)

    def pages(self, path: str, query: dict[str, str]) -> Iterator[dict[str, Any]]:
        """Yield the items of a listing, newest first. Raises UpstreamErrors."""
        after: str | None = None
        while True:
            cursor = {"after": after} if after else {}
            page = self.get(path, {**query, "limit": str(PAGE_SIZE), **cursor})
            yield from page.get("items") or ()
            after = page.get("moreItemsAfter")
            if not after:
                return

    def _call(
        self,
        call: Call,
        body: dict[str, Any] | None = None,
        *,
        params: dict[str, str] | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        answer: dict[str, Any] = self._guard(lambda: self._send(call, body, params, key))
        return answer

    def _send(
        self,
        call: Call,
        body: dict[str, Any] | None,
        params: dict[str, str] | None,
        key: str | None,
    ) -> dict[str, Any]:
        secret = self._secret.value()
        try:
            return self._once(call, body, params, key, secret)
        except Unauthorized as error:
            if error.status != 401:  # noqa: PLR2004  # 403 is a missing permission
                raise
            fresh = self._secret.renewed(secret)
            if fresh is None:
                raise
        return self._once(call, body, params, key, fresh)

    def _once(
        self,
        call: Call,
        body: dict[str, Any] | None,
        params: dict[str, str] | None,
        key: str | None,
        secret: dict[str, Any],
    ) -> dict[str, Any]:
        token, project = self._secret.part(secret, "token"), self._secret.part(secret, "project")
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        url = f"{self._url}/projects/{segment(project)}/{call.url}"
        sent = Call(call.method, url, call.operation, call.writes)
        options: dict[str, Any] = {"headers": headers, "params": params}
        if body is not None:
            options["json"] = body
        return _interpret(call, self._transport.send(sent, **options), body, token)


def segment(text: str) -> str:
    """Return `text` if it is a safe path segment, else raise Refused. Ids never hold a slash."""
    if not re.fullmatch(r"[A-Za-z0-9_.~-]{1,64}", text) or text in (".", ".."):
        raise Refused(UPSTREAM, "request", "an id with unexpected characters")
    return text


def _interpret(
    call: Call, response: Response, sent: dict[str, Any] | None, token: str
) -> dict[str, Any]:
    body = json_object(response)
    if response.ok and body is not None:
        return body
    count("UpstreamErrors", upstream=UPSTREAM)
    raise _error(call, response, body or {}, sent, token)


def _error(
    call: Call,
    response: Response,
    body: dict[str, Any],
    sent: dict[str, Any] | None,
    token: str,
) -> UpstreamError:
    status = response.status_code
    if status == _TOO_MANY:
        return throttled(UPSTREAM, call.operation, response)
    code, kind = _text(body.get("code")), _text(body.get("type"))
    if not errors.is_known(code, kind):
        log_unknown_code("gigs", call.operation, code or kind, status)
    # The message is shown to staff in Salesforce, and must not hold the token.
    message = without(str(body.get("message", "")), token)
    return failure(
        errors.judge(code, kind, status),
        call.operation,
        message,
        writes=call.writes,
        code=code or kind,
        status=status,
        loggable=without(message, sent),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _operation(method: str, path: str) -> str:
    parts = path.split("/")
    names = [part for index, part in enumerate(parts) if index % 2 == 0 or part == "search"]
    return f"{method} {'/'.join(names)}"
