"""Reads the caller's language, in which mails are written."""

from __future__ import annotations

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import lower_case_headers

Language = Literal["en", "ja"]


def preferred_language(request: Request) -> Language:
    """Return the language with the higher weight in `Accept-Language` (RFC 9110, 12.5.4).

    English is returned when both have the same weight or neither is named.
    """
    header = lower_case_headers(request.resolved_event.raw_event).get("accept-language", "")
    weights = {"en": 0.0, "ja": 0.0}
    for entry in header.split(","):
        tag, _, parameter = entry.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        if primary in weights:
            weights[primary] = max(weights[primary], _weight(parameter))
    return "ja" if weights["ja"] > weights["en"] else "en"


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


PreferredLanguage = Annotated[Language, Depends(preferred_language)]
