"""Gigs as `EsimProvider`.

Source: developers.gigs.com (Core API): subscriptions, users, SIM credentials, idempotent
requests, error handling. A line is a subscription; our reference is kept in its `metadata` and is
the Idempotency-Key of its creation, which Gigs replays for 24 hours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from requests import Response

from portal.adapters.http import Call, Transport, throttled
from portal.domain.activation_code import ActivationCode, InvalidActivationCodeError
from portal.domain.esim import Capabilities, Line, LineState, ReissueMode, Subscriber
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

UPSTREAM = "esim"
READ_SECONDS = 15.0
PAGE_SIZE = 200
REF = "portalRef"
ALL_STATUSES = "pending,initiated,active,restricted,ended"
_STATES = {"active": LineState.ACTIVE, "restricted": LineState.ACTIVE, "ended": LineState.ENDED}
# Codes with which Gigs says that the last_error is on its side.
_THEIR_TROUBLE = frozenset({"serviceUnavailable", "unknown"})
_TOO_MANY, _SERVER_ERROR = 429, 500
AnswerT = TypeVar("AnswerT")
Guard = Callable[[Callable[[], Any]], Any]


class GigsProvider:
    """One Gigs project. The secret is `{"project", "token"}`.

    `guard` runs every call, for a circuit breaker.
    """

    def __init__(
        self,
        *,
        url: str,
        secret: Secret,
        transport: Transport | None = None,
        guard: Guard = lambda call: call(),
    ) -> None:
        self._url = url.rstrip("/")
        self._secret = secret
        self._transport = transport or Transport(UPSTREAM, read_seconds=READ_SECONDS)
        self._guard = guard

    @property
    def capabilities(self) -> Capabilities:
        """All three verbs on the same line, asynchronously."""
        return Capabilities(
            provider="gigs",
            reissue=ReissueMode.SAME_LINE,
            top_up=True,
            asynchronous=True,
            idempotency="native",
            idempotency_ttl=timedelta(hours=24),
            max_ref_length=255,
        )

    def subscribe(self, subscriber: Subscriber) -> str:
        """POST users; when the address is known already, POST users/search."""
        body = {
            "email": subscriber.email,
            "fullName": subscriber.full_name,
            "metadata": {"portalUser": subscriber.user_id},
        }
        try:
            created = self._call("POST", "users", body, key=f"user:{subscriber.user_id}")
        except Refused as error:
            if error.code != "userAlreadyExists":
                raise
        else:
            return _made(created, "POST users")
        found = self._call("POST", "users/search", {"email": subscriber.email}, writes=False)
        wanted = subscriber.email.casefold()
        for user in found.get("items") or ():
            if str(user.get("email", "")).casefold() == wanted:
                return str(user["id"])
        raise Refused(UPSTREAM, "POST users/search", "the existing user is not found")

    def activate(self, *, ref: str, plan: str, subscriber_id: str) -> Line:
        """POST subscriptions with a new eSIM."""
        body = {"plan": plan, "user": subscriber_id, "sim": "auto", "metadata": {REF: ref}}
        made = self._call("POST", "subscriptions", body, key=ref)
        _made(made, "POST subscriptions")
        return _line(made)

    def find(self, *, subscriber_id: str, refs: Sequence[str]) -> Mapping[str, Line]:
        """GET subscriptions of the user, ended ones too; newest first, so the newest wins."""
        wanted, found = set(refs), dict[str, Line]()
        for item in self._pages("subscriptions", {"user": subscriber_id, "status": ALL_STATUSES}):
            line = _line(item)
            if line.ref is not None and line.ref in wanted:
                found.setdefault(line.ref, line)
            if len(found) == len(wanted):
                break
        return found

    def get_line(self, line_id: str) -> Line:
        """GET subscriptions/{id}."""
        return _line(self._call("GET", f"subscriptions/{_segment(line_id)}"))

    def activation_code(self, line_id: str) -> ActivationCode:
        """GET subscriptions/{id} for its SIM, then GET sims/{sim}/credentials."""
        subscription = self._call("GET", f"subscriptions/{_segment(line_id)}")
        sim = (subscription.get("sim") or {}).get("id")
        if not sim:
            raise _not_ready()
        try:
            answer = self._call("GET", f"sims/{_segment(str(sim))}/credentials")
        except Refused as error:
            if error.status == 404:  # noqa: PLR2004  # allocated, but no credentials yet
                raise _not_ready() from error
            raise
        code = answer.get("activationCode")
        if not code:
            raise _not_ready()
        try:
            return ActivationCode.parse(str(code))
        except InvalidActivationCodeError as error:
            raise Refused(UPSTREAM, "GET sims/credentials", str(error)) from None

    def _pages(self, path: str, query: dict[str, str]) -> Iterator[dict[str, Any]]:
        after: str | None = None
        while True:
            cursor = {"after": after} if after else {}
            params = {**query, "limit": str(PAGE_SIZE), **cursor}
            page = self._call("GET", path, params=params)
            yield from page.get("items") or ()
            after = page.get("moreItemsAfter")
            if not after:
                return

    def _call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        params: dict[str, str] | None = None,
        key: str | None = None,
        writes: bool | None = None,
    ) -> dict[str, Any]:
        call = Call(
            method,
            path,
            operation=_operation(method, path),
            writes=method != "GET" if writes is None else writes,
        )
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
        url = f"{self._url}/projects/{_segment(project)}/{call.url}"
        sent = Call(call.method, url, call.operation, call.writes)
        options: dict[str, Any] = {"headers": headers, "params": params}
        if body is not None:
            options["json"] = body
        return _interpret(call, self._transport.send(sent, **options), body, token)


def _interpret(
    call: Call, response: Response, sent: dict[str, Any] | None, token: str
) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        body = None
    if response.ok and isinstance(body, dict):
        return body
    count("UpstreamErrors", upstream=UPSTREAM)
    raise _error(call, response, body if isinstance(body, dict) else {}, sent, token)


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
    code = body.get("code") or body.get("type")
    # Not even staff, who read the message in Salesforce, may have the token.
    message = without(str(body.get("message", "")), token)
    kind: type[UpstreamError] = Refused
    if status >= _SERVER_ERROR or response.ok or code in _THEIR_TROUBLE:
        # "Gigs cannot always guarantee" that a failing request had no effect.
        kind = OutcomeUnknown if call.writes else Unavailable
    elif status in (401, 403):
        kind = Unauthorized
    return kind(
        UPSTREAM,
        call.operation,
        message,
        code=str(code) if code else None,
        status=status,
        loggable=without(message, sent),
    )


def _made(answer: dict[str, Any], operation: str) -> str:
    """The id of what was created."""
    if not answer.get("id"):
        raise OutcomeUnknown(UPSTREAM, operation, "success without an id")
    return str(answer["id"])


def _line(item: dict[str, Any]) -> Line:
    if not item.get("id"):
        raise Unavailable(UPSTREAM, "GET subscriptions", "a subscription without an id")
    sim = item.get("sim") or {}
    ended = item.get("cancellationDetails") or {}
    return Line(
        line_id=str(item["id"]),
        state=_STATES.get(str(item.get("status")), LineState.PENDING),
        ref=(item.get("metadata") or {}).get(REF),
        iccid=sim.get("iccid"),
        msisdn=item.get("phoneNumber"),
        reason=ended.get("cause"),
    )


def _segment(text: str) -> str:
    """A path segment that can only be one: ids are opaque, but never hold a slash."""
    if not re.fullmatch(r"[A-Za-z0-9_.~-]{1,64}", text) or text in (".", ".."):
        raise Refused(UPSTREAM, "request", "an id with unexpected characters")
    return text


def _operation(method: str, path: str) -> str:
    parts = path.split("/")
    names = [part for index, part in enumerate(parts) if index % 2 == 0 or part == "search"]
    return f"{method} {'/'.join(names)}"


def _not_ready() -> Unavailable:
    return Unavailable(
        UPSTREAM, "activation code", "the provider has no activation code yet", code="not-ready"
    )
