"""The WHMCS API: one action per POST, errors in 200s, credentials in the form.

Success is HTTP 2xx and a JSON object whose `result` (or `status`) is `success` and which has no
`warning`. Everything else is an error, classified by the body first and the status second.
Source: WHMCS API reference; texts of refusals as seen in public clients.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from requests import Response

from portal.adapters.http import (
    SERVER_ERROR,
    TOO_MANY_REQUESTS,
    Call,
    Transport,
    json_object,
    throttled,
)
from portal.adapters.whmcs.decoding import as_int, as_list
from portal.adapters.whmcs.encoding import form, legible
from portal.domain.upstream import (
    OutcomeUnknown,
    Refused,
    Unauthorized,
    Unavailable,
    UpstreamError,
)
from portal.observability import count
from portal.redaction import without
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
        secret = self._secret.value()
        try:
            return self._once(action, parameters or {}, secret, writes=writes)
        except Unauthorized as error:
            if not error.message.lower().startswith(_ROTATED):
                raise
            fresh = self._secret.renewed(secret)
            if fresh is None:
                raise
        return self._once(action, parameters or {}, fresh, writes=writes)

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
            # Without a total, a short page is the last: an action may ignore `limitstart`.
            last = len(records) < PAGE_SIZE if total is None else start >= total
            if last or not records:
                return

    def _once(
        self,
        action: str,
        parameters: dict[str, Any],
        secret: dict[str, Any],
        *,
        writes: bool,
    ) -> dict[str, Any]:
        fields = {
            "action": action,
            "responsetype": "json",
            "identifier": self._secret.part(secret, "identifier"),
            "secret": self._secret.part(secret, "secret"),
            "accesskey": secret.get("accessKey"),
            **parameters,
        }
        call = Call("POST", self._url, action, writes)
        response = self._transport.send(call, data=form(fields))
        return _interpret(call, response, fields)


def _interpret(call: Call, response: Response, sent: dict[str, Any]) -> dict[str, Any]:
    body = json_object(response)
    if body is not None and 200 <= response.status_code < 300 and _succeeded(body):  # noqa: PLR2004  # HTTP's successes
        return body
    count("UpstreamErrors", upstream=UPSTREAM)
    raise _unreadable(call, response) if body is None else _error(call, response, body, sent)


def _succeeded(body: dict[str, Any]) -> bool:
    # A `warning` beside "success" means that the operation failed (developer-docs issue 303).
    outcome = body.get("result") or body.get("status")
    return str(outcome).lower() == "success" and not body.get("warning")


def _unreadable(call: Call, response: Response) -> UpstreamError:
    status = response.status_code
    waits = status == HTTPStatus.SERVICE_UNAVAILABLE and "Retry-After" in response.headers
    if status == TOO_MANY_REQUESTS or (waits and not call.writes):
        return throttled(UPSTREAM, call.operation, response)
    # HTML or nothing: a PHP fatal error, maintenance, a firewall. A write may have got through.
    kind: type[UpstreamError] = OutcomeUnknown if call.writes else Unavailable
    message = "the answer is not WHMCS'"
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        kind, message = Unauthorized, "turned away before WHMCS"
    elif response.is_redirect or response.is_permanent_redirect:
        # The web server's own answer: no PHP has run.
        kind, message = Refused, "redirected: WHMCS_API_URL must be the final address of api.php"
    return kind(UPSTREAM, call.operation, message, status=status)


def _error(
    call: Call, response: Response, body: dict[str, Any], sent: dict[str, Any]
) -> UpstreamError:
    message = str(body.get("message") or body.get("warning") or "no message")
    status = response.status_code
    if status == TOO_MANY_REQUESTS:
        return throttled(UPSTREAM, call.operation, response)
    kind: type[UpstreamError] = Refused
    if status == HTTPStatus.FORBIDDEN or message.lower().startswith(_UNAUTHORIZED):
        kind = Unauthorized
    elif status >= SERVER_ERROR or (status < HTTPStatus.MULTIPLE_CHOICES and not _refuses(body)):
        # Also a success with a `warning`, or no word about it: an order may be there all the same.
        kind = OutcomeUnknown if call.writes else Unavailable
    loggable = without(message, legible(sent))
    return kind(UPSTREAM, call.operation, message, status=status, loggable=loggable)


def _refuses(body: dict[str, Any]) -> bool:
    return str(body.get("result") or body.get("status")).lower() == "error"
