"""Record ids: 15 case-sensitive characters, or 18 with a checksum of their capitals."""

from __future__ import annotations

import re

SHORT = 15
LONG = 18
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PATTERN = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?", re.ASCII)
_INSTANCE = "F0"


def lengthen(short: str) -> str:
    """The 18-character form of a 15-character id."""
    suffix = ""
    for start in range(0, SHORT, 5):
        chunk = short[start : start + 5]
        bits = sum(1 << place for place, char in enumerate(chunk) if char.isupper())
        suffix += _ALPHABET[bits]
    return short + suffix


def normalise(value: str) -> str | None:
    """The 18-character form, or None when `value` is no id (a wrong checksum is no id)."""
    if not _PATTERN.fullmatch(value):
        return None
    long = lengthen(value[:SHORT])
    if len(value) == LONG and value.upper() != long.upper():
        return None
    return long


def compose(prefix: str, number: int) -> str:
    """The 18-character id of the `number`-th record of the object with key `prefix`."""
    digits = ""
    while number:
        number, rest = divmod(number, len(_BASE62))
        digits = _BASE62[rest] + digits
    body = digits.rjust(SHORT - len(prefix) - len(_INSTANCE), "0")
    return lengthen(prefix + _INSTANCE + body)
