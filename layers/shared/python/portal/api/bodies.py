"""Checks and parses request bodies, which must be one JSON object of a limited size.

Powertools would also accept forms, which browsers send across origins without a preflight, and
would take the first member of a list for the object.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from portal.domain.problems import (
    INVALID_REQUEST,
    MALFORMED_REQUEST,
    PAYLOAD_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    FieldError,
    Problem,
)

JSON = "application/json"
MAX_BYTES = 65_536
"""A body's most bytes. The firewall has the same rule, and can look at no more than this."""
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})


def check(event: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    """Refuse a body that is too large, of another type, or in another encoding than UTF-8.

    `headers` are by lower-case name. A body without a Content-Type is taken for JSON, which
    RFC 9110 (8.3) leaves to the server. Raises Problem.
    """
    body = event.get("body")
    if not body or event.get("httpMethod") == "GET":
        return
    encoded = bool(event.get("isBase64Encoded"))
    # Four letters of base64 are three bytes; a character of text is at least one.
    if (len(body) * 3 // 4 if encoded else len(body)) > MAX_BYTES + 2:
        raise _too_large()
    raw = _decoded(body) if encoded else body.encode("utf-8", "surrogatepass")
    if len(raw) > MAX_BYTES:
        raise _too_large()
    if not is_json(headers.get("content-type", "")):
        raise Problem(UNSUPPORTED_MEDIA_TYPE, f"Send Content-Type: {JSON}, in UTF-8.")
    try:
        raw.decode()
    except ValueError:
        raise Problem(MALFORMED_REQUEST, "The body is not UTF-8 text.") from None


def is_json(content_type: str) -> bool:
    """Whether a Content-Type names JSON in UTF-8, or is not there.

    Types and parameter names are compared without regard to case (RFC 9110, 8.3.1); JSON
    that systems exchange is UTF-8 (RFC 8259, 8.1).
    """
    if not content_type.strip():
        return True
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [
        value.strip('"')
        for name, _, value in (p.partition("=") for p in parameters)
        if name.strip() == "charset"
    ]
    return media_type == JSON and all(charset in _CHARSETS for charset in charsets)


def parse(text: str) -> dict[str, Any]:
    """Parse a body, which must be one JSON object.

    Raises JSONDecodeError when it is no JSON, and Problem `invalid-request` for any other value
    than an object. `json.loads` would accept NaN, Infinity and repeated names, and would raise
    other errors for numbers of thousands of digits and for thousands of brackets.
    """
    try:
        value = json.loads(text, parse_constant=_refuse, object_pairs_hook=_object)
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise json.JSONDecodeError(type(error).__name__, "", 0) from None
    if not isinstance(value, dict):
        raise Problem(
            INVALID_REQUEST,
            "Send one JSON object.",
            errors=(FieldError("Send one JSON object.", pointer="", code="not-an-object"),),
        )
    return value


def _decoded(body: str) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:
        raise Problem(MALFORMED_REQUEST, "The body is not valid base64.") from None


def _too_large() -> Problem:
    return Problem(PAYLOAD_TOO_LARGE, f"Send a body of at most {MAX_BYTES // 1024} KB.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        # RFC 8259, 4: which of the two counts differs from program to program.
        msg = "a name stands twice"
        raise ValueError(msg)
    return made


def _refuse(constant: str) -> None:
    raise ValueError(constant)
