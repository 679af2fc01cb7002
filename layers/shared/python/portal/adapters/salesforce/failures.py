"""What a refusing or failing Salesforce means for the caller.

Codes and texts are sorted in `portal.vendor_errors.salesforce`. Source: REST API Developer Guide,
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
# Parts of the pages that stand for the whole instance: no request is processed behind them.
MAINTENANCE = ("down for maintenance", "scheduled maintenance", "server too busy")
# Of the parts of a transaction that failed because another one did.
CONSEQUENCES = frozenset({"PROCESSING_HALTED", "ALL_OR_NONE_OPERATION_ROLLED_BACK"})


@dataclass(frozen=True)
class Reported:
    """One error as Salesforce reports it; `part` is the referenceId in a composite, or empty."""

    code: str
    message: str
    status: int
    fields: tuple[str, ...] = ()
    part: str = ""


class PartRefused(Refused):
    """A part of a composite was refused and everything rolled back.

    `part` is its referenceId and `fields` are the fields that Salesforce names.
    """

    part: str = ""
    fields: tuple[str, ...] = ()


def error_code(content: Any) -> str | None:
    """The errorCode of an error body (`[{"errorCode", "message", "fields"}]`), if it is one."""
    return next((found.code for found in reported(content, 0)), None)


def reported(content: Any, status: int, part: str = "") -> Iterator[Reported]:
    """Every error of an error body; a body can name several."""
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
    """An error status as what the caller must do about it; `sent` is kept out of logs."""
    found = list(reported(error.content, int(error.status)))
    if not found:
        return _not_theirs(call, int(error.status), str(error.content))
    return classify(
        call.operation, decisive(found), writes=call.writes, sent=sent, repeatable=repeatable
    )


def _not_theirs(call: Call, status: int, page: str) -> UpstreamError:
    """HTML or nothing from a proxy or a maintenance page; or an answer without an errorCode."""
    if any(sign in page.lower() for sign in MAINTENANCE):
        return Unavailable(UPSTREAM, call.operation, "under maintenance", status=status)
    kind: type[UpstreamError] = OutcomeUnknown if call.writes else Unavailable
    message = "the answer is not Salesforce's"
    if status in (401, 403):
        kind, message = Unauthorized, "turned away before Salesforce"
    elif status == TOO_MANY_REQUESTS:
        kind, message = Throttled, "too many requests"
    elif 300 <= status < 400:  # noqa: PLR2004  # HTTP's redirects, and 300: many records of a key
        # Whoever redirects (or cannot choose) has not done it.
        kind, message = Refused, "redirected, or several records match: is SALESFORCE_URL right?"
    return kind(UPSTREAM, call.operation, message, status=status)


def of_parts(
    operation: str, parts: list[dict[str, Any]], *, sent: Any = None, repeatable: bool = False
) -> UpstreamError | None:
    """Why a composite or graph was rolled back; None when no part reports an error.

    It was rolled back as a whole: nothing is in doubt, whatever the status of the part.
    """
    found = list(_errors_of(parts))
    causes = [error for error in found if error.code not in CONSEQUENCES]
    if not causes:
        if not any(_rolled_back(error) for error in found):
            return None
        return OutcomeUnknown(UPSTREAM, operation, "rolled back without a reason")
    chosen = decisive(causes)
    return classify(operation, chosen, writes=False, sent=sent, repeatable=repeatable)


def _rolled_back(error: Reported) -> bool:
    return error.code != "PROCESSING_HALTED" or "rolled back" in error.message.lower()


def _errors_of(parts: list[dict[str, Any]]) -> Iterator[Reported]:
    """Errors of every part; those of a collection hide in its 200."""
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
    """Of several errors the first that waiting does not mend, else the first."""
    found = list(errors)
    return next((error for error in found if kind_of(error) not in TRANSIENT), found[0])


def kind_of(error: Reported) -> Kind | None:
    """The kind of an error by its code, or by what a trigger or flow wrapped; None: unknown."""
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
    """A reported error as an error of `portal.domain.upstream`.

    A code that is in no table is a refusal with a 4xx, unless the request is `repeatable`
    (repeating it is safe, and giving it up would leave something half-done): then it is tried
    again.
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
