"""Checks and parses request bodies, which must be valid JSON.

Powertools would also accept forms, which browsers send across origins without a preflight.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from portal.domain.problems import MALFORMED_REQUEST, UNSUPPORTED_MEDIA_TYPE, Problem

JSON = "application/json"


def check(event: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    """Refuse a body of another type or in another encoding than UTF-8. Raises Problem.

    `headers` are by lower-case name. Like Powertools, it takes a body without a Content-Type for
    JSON.
    """
    body = event.get("body")
    if not body:
        return
    declared = headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared not in ("", JSON):
        raise Problem(UNSUPPORTED_MEDIA_TYPE, f"Send Content-Type: {JSON}.")
    if event.get("isBase64Encoded"):
        try:
            base64.b64decode(body, validate=True).decode()
        except ValueError:
            raise Problem(MALFORMED_REQUEST, "The body is not UTF-8 text.") from None


def parse(text: str) -> Any:
    """Parse JSON. Every failure raises JSONDecodeError.

    `json.loads` would accept NaN and Infinity, and would raise other errors for numbers of
    thousands of digits and for thousands of brackets.
    """
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise json.JSONDecodeError(type(error).__name__, "", 0) from None


def _refuse(constant: str) -> None:
    raise ValueError(constant)
