"""Renders answers in the variants of the switches: list shapes, id types, slashes, JSON or XML.

Actions return plain data in the documented types, with `Listing` wherever WHMCS has a list.
"""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from xml.sax.saxutils import escape

from local.emulators.whmcs.switches import VERSION, Switches

ID_FIELDS = frozenset(
    [
        "id",
        "clientid",
        "client_id",
        "userid",
        "user_id",
        "owner_user_id",
        "owner_id",
        "orderid",
        "ordernum",
        "serviceid",
        "pid",
        "gid",
        "invoiceid",
        "relid",
        "groupid",
        "currency",
        "contactid",
        "contact_id",
        "requestor_id",
        "admin_requestor_id",
        "paymethodid",
        "billableid",
        "relatedId",
        "serviceId",
        "serverid",
        "promoid",
        "billingcid",
        "addonid",
        "oldproductid",
        "newproductid",
    ]
)
TOTAL_FIELDS = frozenset({"totalresults"})

EmptyShape = Literal["nested", "list", "object", "string"]


@dataclass(frozen=True)
class Listing:
    """A list; `child` is the name inside the wrapper (`products.product`), None when flat.

    `when_empty` is the shape that the documentation shows for an empty one.
    """

    items: Sequence[Any]
    child: str | None = None
    when_empty: EmptyShape = "nested"


_ABSENT = object()


def shape(value: Any, switches: Switches) -> Any:
    """`value` with every Listing, id and text in the variant that the switches ask for."""
    if isinstance(value, str):  # by far the most
        return escaped(value, switches)
    if isinstance(value, Listing):
        return _listing(value, switches)
    if isinstance(value, dict):
        shaped = {str(key): _field(str(key), v, switches) for key, v in value.items()}
        return {key: v for key, v in shaped.items() if v is not _ABSENT}
    if isinstance(value, list):
        return [shape(item, switches) for item in value]
    return value


def escaped(text: str, switches: Switches) -> str:
    """A text as PHP's `htmlspecialchars` with ENT_QUOTES writes it, when the switch is on."""
    return html.escape(text).replace("&#x27;", "&#039;") if switches.html_entities else text


def _field(name: str, value: Any, switches: Switches) -> Any:
    if name in TOTAL_FIELDS and switches.totals != "numbers":
        return str(value) if switches.totals == "strings" else _ABSENT
    if name in ID_FIELDS and switches.ids != "documented":
        if switches.ids == "strings" and isinstance(value, int):
            return str(value)
        if switches.ids == "numbers" and isinstance(value, str) and value.isdigit():
            return int(value)
    return shape(value, switches)


def _listing(listing: Listing, switches: Switches) -> Any:
    items = [shape(item, switches) for item in listing.items]
    if not items:
        return _empty(listing, switches)
    content: Any = items
    if switches.single_items == "indexed":
        content = {str(index): item for index, item in enumerate(items)}
    elif switches.single_items == "object" and len(items) == 1:
        content = items[0]
    return {listing.child: content} if listing.child else content


def _empty(listing: Listing, switches: Switches) -> Any:
    wanted = switches.empty_lists
    if wanted == "absent":
        return _ABSENT
    if wanted == "documented":
        wanted = listing.when_empty
    if wanted == "nested":
        return {listing.child: []} if listing.child else []
    variants: dict[str, Any] = {"list": [], "object": {}, "string": ""}
    return variants[wanted]


def to_json(payload: dict[str, Any], *, escape_slashes: bool) -> bytes:
    """As PHP's json_encode writes it: ASCII, no spaces, slashes escaped."""
    text = json.dumps(payload, ensure_ascii=True, separators=(",", ":"))
    return (text.replace("/", "\\/") if escape_slashes else text).encode()


def to_xml(action: str, payload: dict[str, Any]) -> bytes:
    """WHMCS' XML: list members repeat their element."""
    head = f'<?xml version="1.0" encoding="utf-8"?>\n<whmcsapi version="{VERSION}">\n'
    content = f"<action>{escape(action.lower())}</action>\n" + _xml(payload)
    return f"{head}{content}</whmcsapi>".encode()


def _xml(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(_element(str(key), member) for key, member in value.items())
    if isinstance(value, list):
        return "".join(_element("item", member) for member in value)
    if value is None:
        return ""
    return escape(str(int(value) if isinstance(value, bool) else value))


def _element(name: str, value: Any) -> str:
    if isinstance(value, list) and value:
        return "".join(_element(name, member) for member in value)
    tag = name if name[:1].isalpha() else f"item{name}"
    return f"<{tag}>{_xml(value)}</{tag}>\n"
