"""A client of the WHMCS API, which takes one action per POST and reports errors with HTTP 200.

An answer is a success when its status is 2xx, its JSON object has the `result` (or `status`)
`success`, and there is no `warning`. Every other answer is an error. The body classifies it before
the status, by the table `portal.vendor_errors.whmcs`. The texts of every answer are decoded here,
once. Source: WHMCS API reference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from requests import Response

from portal.adapters.guard import Guard, unguarded
from portal.adapters.http import (
    SERVER_ERROR,
    TOO_MANY_REQUESTS,
    Call,
    Transport,
    json_object,
    throttled,
)
from portal.adapters.whmcs.decoding import as_int, as_list, decoded
from portal.adapters.whmcs.encoding import form, legible
from portal.domain.upstream import (
    OutcomeUnknown,
    Refused,
    Unauthorized,
    Unavailable,
    UpstreamError,
)
from portal.observability import count, logger
from portal.redaction import without
from portal.secrets import Secret
from portal.vendor_errors.model import Kind, error_type, note_unknown
from portal.vendor_errors.whmcs import MODULE_ACTIONS, ONCE_ONLY, ROTATED, lookup, page_row

UPSTREAM = "whmcs"
READ_SECONDS = 20.0
PAGE_SIZE = 100
# The page size of WHMCS for a request without `limitnum`.
DEFAULT_PAGE_SIZE = 25


@dataclass(frozen=True)
class ListPage:
    """One page of a list.

    `total` is the length of the whole list, if WHMCS names it. `following` is the offset of the
    next page; None after the last one. `start` is the offset at which the page begins by WHMCS'
    answer.
    """

    records: list[dict[str, Any]]
    total: int | None
    following: int | None
    start: int


class WhmcsClient:
    """A client of one WHMCS installation.

    The secret is `{"identifier", "secret", "accessKey"?}`.
    """

    def __init__(
        self,
        *,
        url: str,
        secret: Secret,
        transport: Transport | None = None,
        guard: Guard = unguarded,
    ) -> None:
        self._url = url
        self._secret = secret
        self._transport = transport or Transport(UPSTREAM, read_seconds=READ_SECONDS)
        self._guard = guard

    def call(
        self, action: str, parameters: dict[str, Any] | None = None, *, writes: bool = False
    ) -> dict[str, Any]:
        """Run an action and return its answer. `writes` says that it changes data in WHMCS.

        Raises Refused, Unauthorized, Unavailable, Throttled, or OutcomeUnknown when a write may
        have taken effect. `message` is WHMCS' text. `code` is its row in
        `portal.vendor_errors.whmcs`; None for a text that is in no row.
        """
        answer: dict[str, Any] = self._guard(
            lambda: self._with_credentials(action, parameters or {}, writes=writes)
        )
        return answer

    def _with_credentials(
        self, action: str, parameters: dict[str, Any], *, writes: bool
    ) -> dict[str, Any]:
        secret = self._secret.value()
        try:
            return self._once(action, parameters, secret, writes=writes)
        except Unauthorized as error:
            if error.code not in ROTATED:
                raise
            fresh = self._secret.renewed(secret)
            if fresh is None:
                raise
        return self._once(action, parameters, fresh, writes=writes)

    def pages(
        self,
        action: str,
        parameters: dict[str, Any],
        *,
        container: str,
        child: str,
        page_size: int = PAGE_SIZE,
    ) -> Iterator[dict[str, Any]]:
        """Yield all records of a list action, each once, page after page.

        The list ends at `totalresults` or at an empty page. It also ends at a page without a new
        record, because an installation that ignores `limitstart` always gives the first page. This
        is logged and counted. Raises Unavailable when records are or may be missing then, so that
        no caller takes a missing record for one that does not exist.
        """
        seen: set[str] = set()
        start: int | None = 0
        while start is not None:
            page = self.page(
                action,
                parameters,
                start=start,
                limit=page_size,
                container=container,
                child=child,
            )
            fresh = [record for record in page.records if _identity(record) not in seen]
            seen.update(_identity(record) for record in fresh)
            yield from fresh
            if page.records and not fresh:
                _repeats(action, len(page.records), page_size, page.total, len(seen))
                return
            if not page.records and page.total is not None and len(seen) < page.total:
                logger().warning(
                    "WHMCS gave fewer records than it counts",
                    extra={"action": action, "records": len(seen), "total": page.total},
                )
            start = page.following

    def page(
        self,
        action: str,
        parameters: dict[str, Any],
        *,
        start: int,
        limit: int,
        container: str,
        child: str,
    ) -> ListPage:
        """Return one page of a list action, beginning at record `start`.

        Without `totalresults`, any page with records has a following one, because some
        installations give fewer records than `limit`.
        """
        answer = self.call(action, {**parameters, "limitstart": start, "limitnum": limit})
        records = as_list(answer.get(container), child)
        following = start + len(records)
        total = as_int(answer.get("totalresults"))
        more = bool(records) and (total is None or following < total)
        begins = as_int(answer.get("startnumber"))
        return ListPage(
            records, total, following if more else None, start if begins is None else begins
        )

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


def _identity(record: dict[str, Any]) -> str:
    number = record.get("id")
    return str(number) if number not in (None, "") else json.dumps(record, sort_keys=True)


def _repeats(action: str, given: int, limit: int, total: int | None, found: int) -> None:
    """Log and count a list whose pages repeat. Raises Unavailable unless it is surely complete.

    Without a total, a page whose size is neither `limit` nor WHMCS' default is the whole list.
    """
    count("WhmcsPagesRepeated")
    logger().warning(
        "WHMCS gave the same page of a list again: it ignores limitstart",
        extra={"action": action, "records": found, "total": total},
    )
    whole = found >= total if total is not None else given not in (limit, DEFAULT_PAGE_SIZE)
    if not whole:
        raise Unavailable(
            UPSTREAM, action, f"pages repeat after {found} records: the list is not complete"
        )


def _interpret(call: Call, response: Response, sent: dict[str, Any]) -> dict[str, Any]:
    body = decoded(json_object(response))
    if body is not None and 200 <= response.status_code < 300 and _succeeded(body):  # noqa: PLR2004  # HTTP's successes
        return dict(body)
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
    if (row := page_row(response.text)) is not None:
        return Unavailable(UPSTREAM, call.operation, row.reason, code=row.code, status=status)
    # HTML or nothing comes from a PHP fatal error or a firewall. A write may have taken effect.
    kind: type[UpstreamError] = OutcomeUnknown if call.writes else Unavailable
    message = "the answer is not WHMCS'"
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        kind, message = Unauthorized, "turned away before WHMCS"
    elif response.is_redirect or response.is_permanent_redirect:
        # The web server itself redirects, so no PHP code has run.
        kind, message = Refused, "redirected: WHMCS_API_URL must be the final address of api.php"
    return kind(UPSTREAM, call.operation, message, status=status)


def _error(
    call: Call, response: Response, body: dict[str, Any], sent: dict[str, Any]
) -> UpstreamError:
    message = str(body.get("message") or body.get("warning") or "no message")
    status = response.status_code
    if status == TOO_MANY_REQUESTS:
        return throttled(UPSTREAM, call.operation, response)
    kind, code = _judged(call, status, body, message)
    made = error_type(kind, writes=call.writes)
    loggable = without(message, legible(sent))
    return made(UPSTREAM, call.operation, message, code=code, status=status, loggable=loggable)


def _judged(call: Call, status: int, body: dict[str, Any], message: str) -> tuple[Kind, str | None]:
    """Return the kind of an error and the row of the table that says so."""
    answered = status < HTTPStatus.MULTIPLE_CHOICES
    if status >= SERVER_ERROR or (answered and not _refuses(body)):
        # This includes a success with a `warning` and an answer without a result. An order may
        # exist nevertheless.
        return Kind.IN_DOUBT, None
    row = lookup(call.operation, message)
    if call.operation in MODULE_ACTIONS and answered and (row is None or row.for_every_action):
        # WHMCS refuses callers with an error status of its own. The text of a 200 is the server
        # module's, and its words about access and addresses are about the module's server. If
        # WHMCS did refuse the portal, the next read shows it.
        return Kind.REFUSED, None
    if row is not None:
        return row.kind, row.code
    if status == HTTPStatus.FORBIDDEN:
        return Kind.UNAUTHORIZED, None
    kind = _unknown(call)
    note_unknown(UPSTREAM, call.operation, f"HTTP {status}", kind)
    return kind, None


def _unknown(call: Call) -> Kind:
    """Return the kind for a text in no row.

    Reads are repeated. Before a write that cannot be undone is repeated, the caller looks.
    """
    if not call.writes:
        return Kind.UNAVAILABLE
    return Kind.IN_DOUBT if call.operation in ONCE_ONLY else Kind.REFUSED


def _refuses(body: dict[str, Any]) -> bool:
    return str(body.get("result") or body.get("status")).lower() == "error"
