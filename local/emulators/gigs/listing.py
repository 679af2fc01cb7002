"""The envelope of lists, newest first, with the exclusive cursors `after` and `before`.

Source: "Pagination".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from local.emulators.gigs.errors import invalid
from local.emulators.gigs.inputs import Page

ItemT = TypeVar("ItemT")


def envelope(
    items: Sequence[dict[str, Any]], *, after: str | None = None, before: str | None = None
) -> dict[str, Any]:
    """A `list`."""
    return {
        "object": "list",
        "items": list(items),
        "moreItemsAfter": after,
        "moreItemsBefore": before,
    }


def paginate(
    records: Sequence[ItemT], page: Page, render: Callable[[ItemT], dict[str, Any]]
) -> dict[str, Any]:
    """The page of `records` that the cursors ask for; raises ApiError for a bad cursor."""
    if page.after and page.before:
        raise invalid("Parameters after and before exclude each other.")
    start, stop = 0, page.limit
    if page.after:
        start = _position(records, page.after, "after") + 1
        stop = start + page.limit
    elif page.before:
        stop = _position(records, page.before, "before")
        start = max(stop - page.limit, 0)
    chosen = [render(record) for record in records[start:stop]]
    if not chosen:
        return envelope([])
    return envelope(
        chosen,
        after=chosen[-1]["id"] if start + len(chosen) < len(records) else None,
        before=chosen[0]["id"] if start > 0 else None,
    )


def _position(records: Sequence[Any], cursor: str, name: str) -> int:
    for index, record in enumerate(records):
        if (record["id"] if isinstance(record, dict) else record.id) == cursor:
            return index
    raise invalid(f"Parameter {name} is not the id of an item of this list.")
