"""Turns Salesforce's error answers into the errors of `portal.domain.upstream`.

The table of codes and texts is `portal.vendor_errors.salesforce`. Source: REST API Developer Guide,
"Status Codes and Error Responses".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portal.adapters.http import SERVER_ERROR, TOO_MANY_REQUESTS, Call
from portal.domain.upstream import (
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
    UpstreamError,
)
from portal.redaction import without
from portal.vendor_errors.model import TRANSIENT, Kind, error_type, note_unknown
from portal.vendor_errors.salesforce import CODES, WRAPPERS, wrapped

if TYPE_CHECKING:
    from simple_salesforce.exceptions import SalesforceError

UPSTREAM = "salesforce"
# Texts of the pages for an instance that is down as a whole and processes no request.
MAINTENANCE = ("down for maintenance", "scheduled maintenance", "server too busy")
# The codes of parts of a transaction that failed only because another part did.
CONSEQUENCES = frozenset({"PROCESSING_HALTED", "ALL_OR_NONE_OPERATION_ROLLED_BACK"})


@dataclass(frozen=True)
class Reported:
    """One error of an answer. `part` is the referenceId of a composite's part, or empty."""

    code: str
    message: str
    status: int
    fields: tuple[str, ...] = ()
    part: str = ""


class PartRefused(Refused):
    """A part of a composite was refused, and the whole composite was rolled back.

    `part` is its referenceId. `fields` are the fields that Salesforce names.
    """

    part: str = ""
    fields: tuple[str, ...] = ()


def error_code(content: Any) -> str | None:
    """Return the errorCode of an error body (`[{"errorCode", "message", "fields"}]`), or None."""
    return next((found.code for found in reported(content, 0)), None)


def reported(content: Any, status: int, part: str = "") -> Iterator[Reported]:
    """Yield every error of an error body, which can hold several."""
    for entry in content if isinstance(content, list) else ():
        if not isinstance(entry, dict):
            continue
        code = entry.get("errorCode") or entry.get("statusCode")
        if code:
            fields = entry.get("fields")
            yield Reported(
                str(code),
                str(entry.get("message", "")),
                status,
                tuple(str(name) for name in fields) if isinstance(fields, list) else (),
                part,
            )


def of_answer(
    call: Call, error: SalesforceError, *, sent: Any = None, repeatable: bool = False
) -> UpstreamError:
    """Return the error for an answer with an error status. `sent` is kept out of logs."""
    found = list(reported(error.content, int(error.status)))
    if not found:
        return _not_theirs(call, int(error.status), str(error.content))
    return classify(
        call.operation, decisive(found), writes=call.writes, sent=sent, repeatable=repeatable
    )


def _not_theirs(call: Call, status: int, page: str) -> UpstreamError:
    """Return the error for an answer without an errorCode, for example a proxy's HTML page."""
    if any(sign in page.lower() for sign in MAINTENANCE):
        return Unavailable(UPSTREAM, call.operation, "under maintenance", status=status)
    kind: type[UpstreamError] = OutcomeUnknown if call.writes else Unavailable
    message = "the answer is not Salesforce's"
    if status in (401, 403):
        kind, message = Unauthorized, "turned away before Salesforce"
    elif status == TOO_MANY_REQUESTS:
        kind, message = Throttled, "too many requests"
    elif 300 <= status < 400:  # noqa: PLR2004  # HTTP's redirects, and 300: many records of a key
        # A server that redirects, or that finds several records, has not done the write.
        kind, message = Refused, "redirected, or several records match: is SALESFORCE_URL right?"
    return kind(UPSTREAM, call.operation, message, status=status)


def of_parts(
    operation: str, parts: list[dict[str, Any]], *, sent: Any = None, repeatable: bool = False
) -> UpstreamError | None:
    """Return the error for a composite or graph that was rolled back; None without an error.

    Salesforce rolls back the whole composite, so no part is in doubt, whatever its status.
    """
    found = list(_errors_of(parts))
    causes = [error for error in found if error.code not in CONSEQUENCES]
    if not causes:
        if not any(_rolled_back(error) for error in found):
            return None
        return OutcomeUnknown(UPSTREAM, operation, "rolled back without a reason")
    chosen = decisive(causes)
    return classify(operation, chosen, writes=False, sent=sent, repeatable=repeatable)


def guard_found_nothing(parts: list[dict[str, Any]]) -> bool:
    """Whether the query of a composite, to whose record the other parts refer, found no record.

    Salesforce then halts the part that refers to the record, and does not mention a rollback.
    """
    for part in parts:
        for error in reported(part.get("body"), 0):
            if error.code not in CONSEQUENCES:
                return False
            if error.code == "PROCESSING_HALTED" and "rolled back" not in error.message.lower():
                return True
    return False


def _rolled_back(error: Reported) -> bool:
    return error.code != "PROCESSING_HALTED" or "rolled back" in error.message.lower()


def _errors_of(parts: list[dict[str, Any]]) -> Iterator[Reported]:
    """Yield the errors of every part. A collection reports its errors in a 200."""
    for part in parts:
        status, body = int(part.get("httpStatusCode") or SERVER_ERROR), part.get("body")
        reference = str(part.get("referenceId") or "")
        if status >= 400:  # noqa: PLR2004  # HTTP: refused
            known = list(reported(body, status, reference))
            yield from known or [Reported("UNKNOWN_EXCEPTION", "", status, (), reference)]
            continue
        for result in body if isinstance(body, list) else ():
            if isinstance(result, dict):
                yield from reported(result.get("errors"), status, reference)


def decisive(errors: Iterable[Reported]) -> Reported:
    """Return the first of several errors that is not transient, else the first one."""
    found = list(errors)
    return next((error for error in found if kind_of(error) not in TRANSIENT), found[0])


def kind_of(error: Reported) -> Kind | None:
    """Return the kind of an error by its code or by the error that it wraps; None if unknown."""
    if error.code in WRAPPERS and (inner := wrapped(error.message)) is not None:
        return inner.kind
    row = CODES.get(error.code)
    return row.kind if row is not None else None


def classify(
    operation: str,
    error: Reported,
    *,
    writes: bool,
    sent: Any = None,
    repeatable: bool = False,
) -> UpstreamError:
    """Return the error of `portal.domain.upstream` for a reported error.

    A 4xx with a code that is in no table is a refusal, unless the request is `repeatable`, which
    means that repeating it is safe and giving up would leave work half-done. Then it is
    Unavailable, and is retried.
    """
    kind = kind_of(error)
    if kind is None:
        kind = Kind.UNAVAILABLE if repeatable else Kind.REFUSED
        if error.status >= SERVER_ERROR:
            kind = Kind.IN_DOUBT
        note_unknown(UPSTREAM, operation, error.code, kind)
    made: type[UpstreamError] = error_type(kind, writes=writes)
    if made is Refused and error.part:
        made = PartRefused
    raised = made(
        UPSTREAM,
        operation,
        error.message,
        code=error.code,
        status=error.status,
        loggable=without(error.message, sent),
    )
    if isinstance(raised, PartRefused):
        raised.part, raised.fields = error.part, error.fields
    return raised
