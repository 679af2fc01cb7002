"""Formats exceptions for logs, with their types and places, but without the data they quote.

Messages of exceptions quote their input: pydantic shows its value, `int` the text, requests the
URL with its query. Only the types below keep their messages. For the others, type and place are
enough to find the line.
"""

from __future__ import annotations

import traceback
from types import TracebackType
from typing import Any

from portal.config import ConfigurationError
from portal.domain.problems import Problem
from portal.domain.upstream import UpstreamError
from portal.redaction import redact_text

MAX_CHAIN = 8
WITHHELD = "(message withheld)"
# The portal's own messages, and those that only name parts of the code.
_OWN = (ConfigurationError, Problem, UpstreamError)
_OF_THE_CODE = (AttributeError, ImportError, NameError, NotImplementedError, RecursionError)


def format_exception(error: BaseException) -> str:
    """Return the traceback with its causes, the oldest first, as Python prints it."""
    parts: list[str] = []
    for link, follows in _chain(error):
        lines = ["Traceback (most recent call last):\n", *_frames(link.__traceback__)]
        parts.append("".join(lines) + describe(link) + follows)
    return "\n\n".join(parts)


def describe(error: BaseException) -> str:
    """Return one line with the type and the safe part of the message."""
    kind = type(error)
    name = (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}"
    )
    message = _message(error)
    return f"{name}: {message}" if message else name


def _message(error: BaseException) -> str:
    if type(error) in _OF_THE_CODE or isinstance(error, _OWN):
        return redact_text(str(error))
    if isinstance(error, KeyError) and error.args and isinstance(error.args[0], str):
        key = error.args[0]
        return repr(redact_text(key)) if key.isidentifier() else WITHHELD
    if isinstance(error, OSError) and error.strerror:
        return f"[Errno {error.errno}] {error.strerror}"
    code = _aws_code(error)
    if code:
        return code
    return WITHHELD if error.args else ""


def _aws_code(error: BaseException) -> str:
    response: Any = getattr(error, "response", None)
    details = response.get("Error") if isinstance(response, dict) else None
    if not isinstance(details, dict):
        return ""
    operation = getattr(error, "operation_name", "")
    return f"{details.get('Code', '')} in {operation}".strip()


def _chain(error: BaseException) -> list[tuple[BaseException, str]]:
    links: list[tuple[BaseException, str]] = [(error, "")]
    while len(links) < MAX_CHAIN:
        last = links[-1][0]
        if last.__cause__ is not None:
            earlier, follows = last.__cause__, "\n\nwhich was the cause of:"
        elif last.__context__ is not None and not last.__suppress_context__:
            earlier, follows = last.__context__, "\n\nand while it was handled:"
        else:
            break
        if any(earlier is link for link, _ in links):
            break
        links.append((earlier, follows))
    return links[::-1]


def _frames(trace: TracebackType | None) -> list[str]:
    # Source lines are safe to log. Values of variables are never shown.
    return traceback.format_list(traceback.extract_tb(trace))
