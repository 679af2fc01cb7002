"""Template filters that format values for the pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from local.expected_alarms import reason_on_this_stack

JAPAN = timezone(timedelta(hours=9), "JST")
EMPTY = "—"


def yen(value: Any) -> str:
    """Return an amount in yen, such as `¥1,450`."""
    return EMPTY if value is None else f"¥{float(value):,.0f}"


def moment(value: str | None) -> str:
    """Return an ISO 8601 time as `22 Nov 2026, 18:03:07 JST`; other text is returned unchanged."""
    if not value:
        return EMPTY
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return value
    if parsed.tzinfo is None:
        return parsed.strftime("%d %b %Y")
    return parsed.astimezone(JAPAN).strftime("%d %b %Y, %H:%M:%S JST")


def epoch(value: float | None) -> str:
    """Return epoch seconds as `moment` does; a dash for None and for 0."""
    if not value:
        return EMPTY
    return moment(datetime.fromtimestamp(value, JAPAN).isoformat())


def precise(value: str) -> str:
    """Return an ISO 8601 time with milliseconds: `27 Nov 2026, 18:03:07.120 JST`."""
    local = datetime.fromisoformat(value).astimezone(JAPAN)
    return f"{local:%d %b %Y, %H:%M:%S}.{local.microsecond // 1000:03} JST"


def form_time(value: str | None) -> str:
    """Return an ISO 8601 time for a `datetime-local` input, in Japan's time; "" for none."""
    if not value:
        return ""
    return datetime.fromisoformat(value).astimezone(JAPAN).strftime("%Y-%m-%dT%H:%M")


def dash(value: Any) -> Any:
    """Return an em dash for None and for empty text."""
    return EMPTY if value in (None, "") else value


def whole(value: Any) -> str:
    """Return a whole number without decimals; Salesforce sends it as `1.0`."""
    return EMPTY if value is None else f"{float(value):g}"


def pretty(value: Any) -> str:
    """Return indented JSON."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def slug(value: Any) -> str:
    """Return a state's name as a CSS class: `in-progress` for `In Progress`."""
    return str(value or "none").lower().replace(" ", "-")


FILTERS: dict[str, Callable[..., Any]] = {
    "yen": yen,
    "moment": moment,
    "epoch": epoch,
    "form_time": form_time,
    "precise": precise,
    "dash": dash,
    "whole": whole,
    "pretty": pretty,
    "slug": slug,
    "expected": reason_on_this_stack,
}
