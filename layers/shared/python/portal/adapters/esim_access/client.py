"""Requests to eSIM Access: signed POSTs whose JSON envelope, not the HTTP status, has the result.

Source: docs.esimaccess.com, "Standards", "Authentication", "Error Codes". Its tables and examples
disagree on whether `success` is a boolean or a text, and on the name of the message. Both forms
are read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from requests import Response

from portal.adapters.esim_access import errors
from portal.adapters.esim_access.signing import Signer
from portal.adapters.esim_verdict import UPSTREAM, Verdict, failure, log_unknown_code
from portal.adapters.guard import Guard
from portal.adapters.http import Call, Transport, json_object, throttled
from portal.domain.upstream import Unauthorized, UpstreamError
from portal.observability import count
from portal.redaction import without
from portal.secrets import Secret

READ_SECONDS = 20.0
PREFIX = "/api/v1/open/"
_TOO_MANY = 429
# The provider works and answers, so the circuit breaker must not count these as failures.
_BUSINESS = frozenset({Verdict.REFUSED, Verdict.NOT_YET})


@dataclass(frozen=True)
class _Failure:
    """The content of a failure envelope. `text` is the provider's own message."""

    verdict: Verdict
    code: str | None
    status: int
    text: str = field(repr=False)
    loggable: str = ""


class EsimAccessClient:
    """Sends requests. The secret is `{"accessCode", "secretKey"}`. `guard` runs every call."""

    def __init__(
        self,
        *,
        url: str,
        secret: Secret,
        transport: Transport | None,
        guard: Guard,
        signer: Signer | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._secret = secret
        self._transport = transport or Transport(UPSTREAM, read_seconds=READ_SECONDS)
        self._guard = guard
        self._signer = signer or Signer()

    def call(self, path: str, body: dict[str, Any], *, writes: bool) -> dict[str, Any]:
        """Send a request and return the `obj` of a successful answer. Raises UpstreamErrors."""
        call = Call("POST", f"{self._url}{PREFIX}{path}", path, writes)
        answer: dict[str, Any] | _Failure = self._guard(lambda: self._send(call, body))
        if isinstance(answer, _Failure):
            raise _as_error(call, answer)
        return answer

    def _send(self, call: Call, body: dict[str, Any]) -> dict[str, Any] | _Failure:
        secret = self._secret.value()
        try:
            return self._once(call, body, secret)
        except Unauthorized as error:
            if error.code not in errors.ABOUT_CREDENTIALS:
                raise
            fresh = self._secret.renewed(secret)
            if fresh is None:
                raise
        return self._once(call, body, fresh)

    def _once(
        self, call: Call, body: dict[str, Any], secret: dict[str, Any]
    ) -> dict[str, Any] | _Failure:
        access_code = self._secret.part(secret, "accessCode")
        secret_key = self._secret.part(secret, "secretKey")
        # The signature covers these bytes, so they are made once and sent unchanged.
        raw = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
        headers = self._signer.headers(raw, access_code=access_code, secret_key=secret_key)
        headers["Content-Type"] = "application/json"
        response = self._transport.send(call, data=raw, headers=headers)
        return _interpret(call, response, body, (access_code, secret_key))


def _interpret(
    call: Call, response: Response, sent: dict[str, Any], secrets: tuple[str, str]
) -> dict[str, Any] | _Failure:
    envelope = json_object(response)
    if envelope is not None and _succeeded(envelope) and response.ok:
        obj = envelope.get("obj")
        if isinstance(obj, dict):
            return obj
    count("UpstreamErrors", upstream=UPSTREAM)
    if response.status_code == _TOO_MANY:
        raise throttled(UPSTREAM, call.operation, response)
    failed = _failure(call, response.status_code, envelope or {}, sent, secrets)
    if failed.verdict in _BUSINESS:
        return failed
    raise _as_error(call, failed)


def _failure(
    call: Call,
    status: int,
    envelope: dict[str, Any],
    sent: dict[str, Any],
    secrets: tuple[str, str],
) -> _Failure:
    if _succeeded(envelope):
        return _Failure(Verdict.IN_DOUBT, None, status, "success without content", "success")
    code = envelope.get("errorCode")
    code = str(code) if code not in (None, "", "0", 0) else None
    if code not in errors.CODES:
        log_unknown_code("esim_access", call.operation, code, status)
    if code == errors.NO_FUNDS:
        count("EsimProviderFundsExhausted")
    # The message is shown to staff in Salesforce, and must not hold the credentials.
    text = without(str(envelope.get("errorMsg") or envelope.get("errorMessage") or ""), secrets)
    text = text or "an answer that is no envelope"
    return _Failure(errors.judge(code, status), code, status, text, without(text, sent))


def _as_error(call: Call, failed: _Failure) -> UpstreamError:
    return failure(
        failed.verdict,
        call.operation,
        failed.text,
        writes=call.writes,
        code=failed.code,
        status=failed.status,
        loggable=failed.loggable,
    )


def _succeeded(envelope: dict[str, Any]) -> bool:
    return envelope.get("success") in (True, "true")
