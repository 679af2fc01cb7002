"""Reading what WHMCS answers: types and empty lists vary by version and action.

Source: WHMCS API reference and public clients; see the module's tests for each variant.
"""

from __future__ import annotations

import html
import re
from datetime import date
from decimal import Decimal
from typing import Any

# ASCII digits only: to Python, other scripts' digits (and "NaN", "1_000") are numbers too.
_INDEX = re.compile(r"[0-9]{1,18}")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,9})?")


def decoded(value: Any) -> Any:
    """An answer with the HTML entities of its texts decoded, once.

    Some installations store and answer texts as PHP's `htmlspecialchars` writes them
    (`O&#039;Connor`). Only entities with their semicolon count: `&currency=1` in an address is
    none. To be called where an answer comes in and nowhere else: decoded twice, `&amp;lt;` would
    become `<`.
    """
    if isinstance(value, str):
        return _ENTITY.sub(lambda found: html.unescape(found[0]), value) if "&" in value else value
    if isinstance(value, dict):
        return {key: decoded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [decoded(item) for item in value]
    return value


def as_list(container: Any, child: str | None = None) -> list[dict[str, Any]]:
    """The records in any of the shapes WHMCS uses for a list.

    `""`, `[]`, `{}` and a missing key are empty; `{child: …}` is unwrapped; a map with numeric
    keys is a list; a single object is a list of one.
    """
    if container is None or container in ("", [], {}):
        return []
    if isinstance(container, list):
        return [item for item in container if isinstance(item, dict)]
    if isinstance(container, dict):
        if child is not None and child in container:
            return as_list(container[child])
        if all(_INDEX.fullmatch(str(key)) for key in container):
            ordered = sorted(container.items(), key=lambda pair: int(pair[0]))
            return [item for _, item in ordered if isinstance(item, dict)]
        return [container]
    return []


def as_int(value: Any) -> int | None:
    """An id or count that may be text, absent or empty."""
    text = str(value).strip() if value is not None else ""
    return int(text) if _INTEGER.fullmatch(text) else None


def as_ids(value: Any) -> list[int]:
    """A comma-separated list of ids, `""` when there are none."""
    parts = (as_int(part) for part in str(value or "").split(","))
    return [part for part in parts if part is not None]


def as_text(value: Any) -> str:
    """A text for people, without white space around it; "" when it is absent."""
    return str(value).strip() if value is not None else ""


def as_date(value: Any) -> date | None:
    """A `YYYY-MM-DD` date, with or without time; `0000-00-00` means never."""
    text = str(value or "")[:10]
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def as_amount(value: Any) -> Decimal | None:
    """A plain decimal text; None when it is empty or formatted for people."""
    text = str(value).strip()
    return Decimal(text) if _DECIMAL.fullmatch(text) else None
