"""Rules that several parts of a mail share: addresses, headers, custom arguments, send_at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from local.emulators.sendgrid.errors import Problem

ADDRESS = re.compile(r"[^@\s,;<>\"]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
MAX_ADVANCE = timedelta(hours=72)
RESERVED_HEADERS = frozenset(
    (
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    )
)
JSON_TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer"}


def wrong_type(value: Any, expected: type, where: str) -> Iterator[Problem]:
    """A problem when the JSON type is another one (a boolean is no integer)."""
    if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        given = JSON_TYPES.get(type(value), "null" if value is None else "number")
        message = f"Invalid type. Expected: {JSON_TYPES[expected]}, given: {given}."
        yield Problem(message, where)


def is_address(value: Any) -> bool:
    """Whether SendGrid would take it for an e-mail address (plain, with a dotted domain)."""
    return isinstance(value, str) and ADDRESS.fullmatch(value) is not None


def person(value: Any, where: str, anchor: str) -> Iterator[Problem]:
    """Problems of an `{"email", "name"?}` object."""
    if not isinstance(value, dict):
        yield from wrong_type(value, dict, where)
        return
    if not is_address(value.get("email")):
        yield Problem("Does not contain a valid address.", f"{where}.email", anchor)
    if not isinstance(value.get("name", ""), str):
        yield from wrong_type(value["name"], str, f"{where}.name")


def headers(value: Any, where: str) -> Iterator[Problem]:
    """Problems of a `headers` object."""
    anchor = "message.headers"
    if not isinstance(value, dict):
        yield from wrong_type(value, dict, where)
        return
    for name, text in value.items():
        if not name.isascii() or " " in name:
            message = "Header keys can't contain non-ASCII characters or empty spaces."
            yield Problem(message, where, anchor)
        if name.lower() in RESERVED_HEADERS:
            yield Problem("Header can't be one of the reserved keys.", f"{where}.{name}", anchor)
        if not isinstance(text, str):
            message = "All values of the headers object must be strings."
            yield Problem(message, f"{where}.{name}", anchor)


def custom_args(value: Any, where: str) -> Iterator[Problem]:
    """Problems of a `custom_args` object, but for its size."""
    anchor = "message.custom_args"
    if not isinstance(value, dict):
        yield from wrong_type(value, dict, where)
    elif not value:
        yield Problem("custom_args can't be empty.", where, anchor)
    elif not all(isinstance(text, str) for text in value.values()):
        yield Problem("All values of custom arguments object must be strings", where, anchor)


def custom_args_size(everywhere: Any, here: Any, limit: int, where: str) -> Iterator[Problem]:
    """A problem when both levels together exceed the limit."""
    merged = {**_object(everywhere), **_object(here)}
    if merged and len(json.dumps(merged, ensure_ascii=False).encode()) > limit:
        message = (
            "The combined size of both global and personalization custom arguments may not "
            f"exceed {limit:,} bytes per personalization."
        )
        yield Problem(message, where, "message.custom_args")


def send_at(value: Any, where: str, now: datetime) -> Iterator[Problem]:
    """Problems of a scheduled time: a UNIX timestamp at most 72 hours ahead."""
    if not isinstance(value, int) or isinstance(value, bool):
        message = (
            "The send_at parameter is expecting a UNIX timestamp as an integer. We will send "
            "immediately if you include a send_at timestamp that is in the past."
        )
        yield Problem(message, where, "message.send_at")
    elif value > (now + MAX_ADVANCE).timestamp():
        message = "Scheduling more than 72 hours in advance is forbidden."
        yield Problem(message, where, "message.send_at")


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
