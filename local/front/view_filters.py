"""How values look on the pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

JAPAN = timezone(timedelta(hours=9), "JST")
EMPTY = "—"


def yen(value: Any) -> str:
    """`¥1,450`."""
    return EMPTY if value is None else f"¥{float(value):,.0f}"


def moment(value: str | None) -> str:
    """An ISO 8601 time as `22 Nov 2026, 18:03:07 JST`; what cannot be read is shown as it is."""
    if not value:
        return EMPTY
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return value
    if parsed.tzinfo is None:
        return parsed.strftime("%d %b %Y")
    return parsed.astimezone(JAPAN).strftime("%d %b %Y, %H:%M:%S JST")


def form_time(value: str | None) -> str:
    """An ISO 8601 time as a `datetime-local` input wants it, in Japan's time; empty for none."""
    if not value:
        return ""
    return datetime.fromisoformat(value).astimezone(JAPAN).strftime("%Y-%m-%dT%H:%M")


def dash(value: Any) -> Any:
    """An em dash for nothing."""
    return EMPTY if value in (None, "") else value


def whole(value: Any) -> str:
    """Salesforce sends whole numbers as `1.0`."""
    return EMPTY if value is None else f"{float(value):g}"


def pretty(value: Any) -> str:
    """JSON for reading."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def slug(value: Any) -> str:
    """A state's name as a CSS class: `In Progress` → `in-progress`."""
    return str(value or "none").lower().replace(" ", "-")


FILTERS: dict[str, Callable[..., Any]] = {
    "yen": yen,
    "moment": moment,
    "form_time": form_time,
    "dash": dash,
    "whole": whole,
    "pretty": pretty,
    "slug": slug,
}
