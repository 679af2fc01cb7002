"""Decodes WHMCS' answers, whose types and empty lists vary by version and action.

Source: WHMCS API reference and public clients; see the module's tests for each variant.
"""

from __future__ import annotations

import html
import re
from datetime import date
from decimal import Decimal
from typing import Any

# ASCII digits only, because Python also accepts digits of other scripts, "NaN" and "1_000".
_INDEX = re.compile(r"[0-9]{1,18}")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,9})?")


def decoded(value: Any) -> Any:
    """Return an answer with the HTML entities of its texts decoded.

    Some installations store and return texts as PHP's `htmlspecialchars` writes them
    (`O&#039;Connor`). Only entities with a semicolon count, because `&currency=1` in a URL is
    none. Call it only once for each answer: decoded twice, `&amp;lt;` would become `<`.
    """
    if isinstance(value, str):
        return _ENTITY.sub(lambda found: html.unescape(found[0]), value) if "&" in value else value
    if isinstance(value, dict):
        return {key: decoded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [decoded(item) for item in value]
    return value


def as_list(container: Any, child: str | None = None) -> list[dict[str, Any]]:
    """Return the records of a list in any of the shapes that WHMCS uses.

    `""`, `[]`, `{}` and a missing key are empty lists. `{child: …}` is unwrapped. A map with
    numeric keys is a list, and a single object is a list of one.
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
    """Return an id or count, which may be a text; None when it is absent or empty."""
    text = str(value).strip() if value is not None else ""
    return int(text) if _INTEGER.fullmatch(text) else None


def as_ids(value: Any) -> list[int]:
    """Return the ids of a comma-separated list, which is `""` when there are none."""
    parts = (as_int(part) for part in str(value or "").split(","))
    return [part for part in parts if part is not None]


def as_text(value: Any) -> str:
    """Return a text without white space around it; "" when it is absent."""
    return str(value).strip() if value is not None else ""


def as_date(value: Any) -> date | None:
    """Return a `YYYY-MM-DD` date, with or without time; None for `0000-00-00`, which is never."""
    text = str(value or "")[:10]
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def as_amount(value: Any) -> Decimal | None:
    """Return a plain decimal text; None when it is empty or formatted for display."""
    text = str(value).strip()
    return Decimal(text) if _DECIMAL.fullmatch(text) else None
