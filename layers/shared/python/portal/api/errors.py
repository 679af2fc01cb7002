"""Turns exceptions into problem documents (RFC 9457)."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError, ServiceError
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)

from portal import correlation
from portal.api.error_texts import sentence_for
from portal.api.principal import RECENT_SECONDS
from portal.config import ConfigurationError
from portal.domain import problems
from portal.domain.problems import MAX_ERRORS, FieldError, InvalidValue, Problem
from portal.domain.upstream import (
    OutcomeUnknown,
    Refused,
    Throttled,
    Unavailable,
    UpstreamError,
)
from portal.observability import count, logger

# RFC 9470, "OAuth 2.0 Step Up Authentication Challenge Protocol".
STEP_UP = f'Bearer error="insufficient_user_authentication", max_age="{RECENT_SECONDS}"'
PROBLEM_JSON = "application/problem+json"
DEFAULT_RETRY_AFTER = 5
MAX_POINTER = 200


def register(resolver: APIGatewayRestResolver) -> None:
    """Make a resolver answer every exception with a problem document."""
    for exception, render in TABLE:
        resolver.exception_handler(exception)(render)


def render(problem: Problem) -> Response[str]:
    """Return the HTTP answer for a problem."""
    headers: dict[str, str | list[str]] = {}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    if problem.type is problems.REAUTHENTICATION_REQUIRED:
        headers["WWW-Authenticate"] = STEP_UP
    elif problem.type.status == problems.UNAUTHENTICATED.status:
        headers["WWW-Authenticate"] = "Bearer"
    document = problem.as_json(instance=correlation.current())
    return Response(
        status_code=problem.type.status,
        content_type=PROBLEM_JSON,
        body=json.dumps(document, ensure_ascii=False),
        headers=headers,
    )


def proxy_answer(error: Exception) -> dict[str, Any]:
    """Return the answer in API Gateway's format, for requests that are refused before routing."""
    render = next(render for kind, render in TABLE if isinstance(error, kind))
    response = render(error)
    headers = {"Content-Type": response.content_type, **response.headers}
    return {
        "statusCode": response.status_code,
        "multiValueHeaders": {name: [str(value)] for name, value in headers.items()},
        "body": response.body,
        "isBase64Encoded": False,
    }


def of_upstream(error: UpstreamError) -> Problem:
    """Return the problem for a failed upstream. It never holds the vendor's text."""
    if isinstance(error, Throttled):
        wait = math.ceil(error.retry_after or DEFAULT_RETRY_AFTER)
        return Problem(
            problems.UPSTREAM_UNAVAILABLE, "Too busy right now; try again.", retry_after=wait
        )
    if isinstance(error, Unavailable):
        return Problem(
            problems.UPSTREAM_UNAVAILABLE,
            "Try again in a moment; nothing was changed.",
            retry_after=DEFAULT_RETRY_AFTER,
        )
    if isinstance(error, OutcomeUnknown):
        return Problem(
            problems.OUTCOME_UNKNOWN,
            "It is not certain whether the request took effect; repeating it is safe.",
            retry_after=DEFAULT_RETRY_AFTER,
        )
    return Problem(
        problems.UPSTREAM_REFUSED,
        "Quote the correlation id to support; repeating the request will not help.",
    )


def _problem(problem: Problem) -> Response[str]:
    logger().info("refused", extra={"problem": problem.type.slug, "status": problem.type.status})
    return render(problem)


def _upstream(error: UpstreamError) -> Response[str]:
    level = logger().error if isinstance(error, Refused) else logger().warning
    level(
        "upstream failed",
        extra={
            "upstream": error.upstream,
            "operation": error.operation,
            "kind": type(error).__name__,
            "code": error.code,
            "upstream_status": error.status,
            "upstream_message": error.loggable,
        },
    )
    return render(of_upstream(error))


def _invalid(error: RequestValidationError) -> Response[str]:
    found = error.errors()
    if any((entry.get("loc") or ("",))[0] == "path" for entry in found):
        # What is no id is nobody's id; a mistyped address of a page is no mistake of a form.
        return _problem(Problem(problems.NOT_FOUND, "There is nothing of that name."))
    if any(entry.get("type") == "json_invalid" for entry in found):
        return _problem(Problem(problems.MALFORMED_REQUEST, "The body is not valid JSON."))
    return _problem(
        Problem(
            problems.INVALID_REQUEST,
            "Correct the values named in errors and send the request again.",
            errors=field_errors(found),
        )
    )


def field_errors(found: Sequence[Any]) -> tuple[FieldError, ...]:
    """The first of pydantic's errors as the caller is told them, one for each place."""
    made: dict[tuple[str | None, str | None], FieldError] = {}
    for entry in found:
        error = field_error(entry)
        made.setdefault((error.pointer, error.parameter), error)
        if len(made) == MAX_ERRORS:
            break
    return tuple(made.values())


def field_error(entry: Any) -> FieldError:
    """Return a pydantic error as pointer and sentence, without the value itself."""
    location: Sequence[str | int] = entry.get("loc", ())
    where, rest = (str(location[0]), location[1:]) if location else ("body", ())
    sentence = sentence_for(entry)
    code = _code(entry)
    if where == "body":
        pointer = "".join(f"/{_escape(part)}" for part in rest)
        return FieldError(sentence, pointer=_shortened(pointer), code=code)
    parameter = str(rest[0]) if rest else where
    return FieldError(sentence, parameter=_shortened(parameter), code=code)


def _code(entry: Any) -> str:
    error = (entry.get("ctx") or {}).get("error")
    return error.code if isinstance(error, InvalidValue) else str(entry.get("type", ""))


def _shortened(place: str) -> str:
    """A place of the caller's own naming, which may be as long as the body."""
    return place if len(place) <= MAX_POINTER else place[:MAX_POINTER] + "…"


def _escape(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def _unsupported(_: RequestUnsupportedContentType) -> Response[str]:
    return render(Problem(problems.UNSUPPORTED_MEDIA_TYPE, "Send Content-Type: application/json."))


def _not_found(_: NotFoundError) -> Response[str]:
    return render(Problem(problems.NOT_FOUND, "There is nothing at this path."))


def _service_error(error: ServiceError) -> Response[str]:
    known = {400: problems.MALFORMED_REQUEST, 401: problems.UNAUTHENTICATED}
    kind = known.get(error.status_code, problems.INTERNAL)
    return render(Problem(kind, str(error.msg)))


def _unexpected(error: Exception) -> Response[str]:
    if isinstance(error, ConfigurationError):
        logger().critical("configuration", extra={"reason": str(error)})
    else:
        logger().exception("unexpected error")
    count("UnexpectedErrors")
    return render(Problem(problems.INTERNAL, "Quote the correlation id to support."))


TABLE: tuple[tuple[Any, Any], ...] = (
    (Problem, _problem),
    (UpstreamError, _upstream),
    (RequestValidationError, _invalid),
    (RequestUnsupportedContentType, _unsupported),
    (NotFoundError, _not_found),
    (ServiceError, _service_error),
    (Exception, _unexpected),
)
"""What renders which exception; the first that fits."""
