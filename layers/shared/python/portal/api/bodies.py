"""Request bodies: JSON and nothing else, and nothing in it that JSON or Python cannot hold.

Powertools would take forms as well, which browsers send across origins without asking first.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from portal.domain.problems import MALFORMED_REQUEST, UNSUPPORTED_MEDIA_TYPE, Problem

JSON = "application/json"


def check(event: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    """Refuse a body of another type, or that is no text; `headers` by lower-case name.

    A body without a Content-Type is taken for JSON, as Powertools does. Raises Problem.
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
    """`json.loads`, whose every failure is a JSONDecodeError.

    Python would accept NaN and Infinity, and fail in its own ways on numbers of thousands of
    digits and on thousands of brackets.
    """
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise json.JSONDecodeError(type(error).__name__, "", 0) from None


def _refuse(constant: str) -> None:
    raise ValueError(constant)
