"""The WHMCS API: one action per POST, errors in 200s, credentials in the form.

Success is HTTP 2xx and a JSON object whose `result` (or `status`) is `success` and which has no
`warning`. Everything else is an error, classified by the body first and the status second.
Source: WHMCS API reference; texts of refusals as seen in public clients.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from requests import Response

from portal.adapters.http import Call, Transport, throttled
from portal.adapters.whmcs.decoding import as_int, as_list
from portal.adapters.whmcs.encoding import form
from portal.domain.upstream import (
    OutcomeUnknown,
    Refused,
    Unauthorized,
    Unavailable,
    UpstreamError,
)
from portal.observability import count
from portal.secrets import Secret

UPSTREAM = "whmcs"
READ_SECONDS = 20.0
PAGE_SIZE = 100

_UNAUTHORIZED = (
    "authentication failed",
    "invalid or missing credentials",
    "invalid password provided",
    "administrator account disabled",
    "access denied",
    "invalid permissions",
    "invalid ip",
    "forbidden ip",
    "api command restricted",
)
# Only these may be a rotated secret; hammering on after them can ban our IP address.
_ROTATED = ("authentication failed", "invalid or missing credentials")


class WhmcsClient:
    """One WHMCS installation.

    The secret is `{"identifier", "secret", "accessKey"?}`.
    """

    def __init__(self, *, url: str, secret: Secret, transport: Transport | None = None) -> None:
        self._url = url
        self._secret = secret
        self._transport = transport or Transport(UPSTREAM, read_seconds=READ_SECONDS)

    def call(
        self, action: str, parameters: dict[str, Any] | None = None, *, writes: bool = False
    ) -> dict[str, Any]:
        """Run an action. `writes` says whether it changes anything in WHMCS.

        Raises Refused (with WHMCS' text as `message`), Unauthorized, Unavailable, Throttled, or
        OutcomeUnknown when a write may have happened.
        """
        try:
            return self._once(action, parameters or {}, writes=writes, refresh=False)
        except Unauthorized as error:
            if not error.message.lower().startswith(_ROTATED):
                raise
        return self._once(action, parameters or {}, writes=writes, refresh=True)

    def pages(
        self, action: str, parameters: dict[str, Any], *, container: str, child: str
    ) -> Iterator[dict[str, Any]]:
        """All records of a list action, page after page."""
        start = 0
        while True:
            answer = self.call(action, {**parameters, "limitstart": start, "limitnum": PAGE_SIZE})
            records = as_list(answer.get(container), child)
            yield from records
            start += len(records)
            total = as_int(answer.get("totalresults"))
            if not records or (total is not None and start >= total):
                return

    def _once(
        self, action: str, parameters: dict[str, Any], *, writes: bool, refresh: bool
    ) -> dict[str, Any]:
        secret = self._secret.value(refresh=refresh)
        fields = {
            "action": action,
            "responsetype": "json",
            "identifier": secret["identifier"],
            "secret": secret["secret"],
            "accesskey": secret.get("accessKey"),
            **parameters,
        }
        call = Call("POST", self._url, action, writes)
        response = self._transport.send(call, data=form(fields))
        return _interpret(call, response)


def _interpret(call: Call, response: Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        body = None
    if isinstance(body, dict) and response.ok and _succeeded(body):
        return body
    count("UpstreamErrors", upstream=UPSTREAM)
    if not isinstance(body, dict):
        raise _unreadable(call, response)
    raise _error(call, response, body)


def _succeeded(body: dict[str, Any]) -> bool:
    # A `warning` beside "success" means that the operation failed (developer-docs issue 303).
    outcome = body.get("result") or body.get("status")
    return str(outcome).lower() == "success" and not body.get("warning")


def _unreadable(call: Call, response: Response) -> UpstreamError:
    if response.status_code == 429:  # noqa: PLR2004
        return throttled(UPSTREAM, call.operation, response)
    # HTML or nothing: a PHP fatal error, maintenance, a firewall. A write may have got through.
    kind: type[UpstreamError] = OutcomeUnknown if call.writes else Unavailable
    return kind(UPSTREAM, call.operation, "the answer is not WHMCS'", status=response.status_code)


def _error(call: Call, response: Response, body: dict[str, Any]) -> UpstreamError:
    message = str(body.get("message") or body.get("warning") or "no message")
    status = response.status_code
    if message.lower().startswith(_UNAUTHORIZED):
        return Unauthorized(UPSTREAM, call.operation, message, status=status)
    if status == 429:  # noqa: PLR2004
        return throttled(UPSTREAM, call.operation, response)
    if status >= 500:  # noqa: PLR2004
        kind: type[UpstreamError] = OutcomeUnknown if call.writes else Unavailable
        return kind(UPSTREAM, call.operation, message, status=status)
    if status == 403:  # noqa: PLR2004
        return Unauthorized(UPSTREAM, call.operation, message, status=status)
    return Refused(UPSTREAM, call.operation, message, status=status)
