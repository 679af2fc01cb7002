"""What a refusing or failing Salesforce means for the caller.

Source: REST API Developer Guide, "Status Codes and Error Responses".
"""

from __future__ import annotations

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

if TYPE_CHECKING:
    from simple_salesforce.exceptions import SalesforceError

UPSTREAM = "salesforce"

# Nothing happened and the same request may succeed later.
TRANSIENT = frozenset({"UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE"})
LIMITED = frozenset({"REQUEST_LIMIT_EXCEEDED"})
OUR_FAULT = frozenset(
    {
        "INVALID_SESSION_ID",
        "INVALID_AUTH_HEADER",
        "INSUFFICIENT_ACCESS",
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "API_DISABLED_FOR_ORG",
        "API_CURRENTLY_DISABLED",
    }
)


def error_code(content: Any) -> str | None:
    """The errorCode of an error body (`[{"errorCode", "message", "fields"}]`), if it is one."""
    if isinstance(content, list) and content and isinstance(content[0], dict):
        code = content[0].get("errorCode") or content[0].get("statusCode")
        return str(code) if code else None
    return None


def of_answer(call: Call, error: SalesforceError, *, sent: Any = None) -> UpstreamError:
    """An error status as what the caller must do about it; `sent` is kept out of logs."""
    content: Any = error.content
    code = error_code(content)
    if code is None:
        return _not_theirs(call, int(error.status))
    message = str(content[0].get("message", ""))
    return classify(
        call.operation, code, message, status=error.status, writes=call.writes, sent=sent
    )


def _not_theirs(call: Call, status: int) -> UpstreamError:
    """HTML or nothing from a proxy or a maintenance page; or an answer without an errorCode."""
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


def of_graph(operation: str, parts: list[dict[str, Any]], *, sent: Any = None) -> UpstreamError:
    """The reason for which a composite graph was rolled back."""
    for part in parts:
        code = error_code(part.get("body"))
        if code is None or code == "PROCESSING_HALTED":
            continue
        message = str(part["body"][0].get("message", ""))
        status = int(part.get("httpStatusCode") or SERVER_ERROR)
        # It was rolled back as a whole: nothing is in doubt, whatever the status, as with a read.
        return classify(operation, code, message, status=status, writes=False, sent=sent)
    return OutcomeUnknown(UPSTREAM, operation, "rolled back without a reason")


def classify(
    operation: str, code: str, message: str, *, status: int, writes: bool, sent: Any = None
) -> UpstreamError:
    """An errorCode as an error of `portal.domain.upstream`."""
    kind: type[UpstreamError] = Refused
    if code in LIMITED:
        kind = Throttled
    elif code in TRANSIENT:
        kind = Unavailable
    elif code in OUR_FAULT:
        kind = Unauthorized
    elif status >= SERVER_ERROR:
        kind = OutcomeUnknown if writes else Unavailable
    return kind(
        UPSTREAM, operation, message, code=code, status=status, loggable=without(message, sent)
    )
