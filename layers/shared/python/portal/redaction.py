"""Removes personal and secret data from logs.

There are three rules. Keys that name such data lose their value, in structures and in text
(`"password": "…"`, `password=…`). Text that looks like an e-mail address, a token, an activation
code, a phone or a card number is masked everywhere. Objects that are not plain data are shown by
their type. Names, addresses and birth dates have no pattern, so keep them out of messages
(`without`, `portal.tracebacks`). Logging such data is still a defect.
"""

from __future__ import annotations

import dataclasses
import functools
import html
import re
from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from urllib.parse import unquote
from uuid import UUID

MASK = "***"

# Parts of secret keys, without regard to case and punctuation.
_FRAGMENTS = (
    "accesscode",
    "accesskey",
    "activationcode",
    "apikey",
    "assertion",
    "authorization",
    "birth",
    "cardnum",
    "cookie",
    "credential",
    "email",
    "firstname",
    "fullname",
    "lastname",
    "passphrase",
    "passwd",
    "password",
    "phone",
    "postalcode",
    "postcode",
    "privatekey",
    "redirecturl",
    "secret",
    "signature",
    "street",
    "token",
)
_WORDS = frozenset(
    {
        "accountname",
        "ac",
        "address",
        "address1",
        "address2",
        "billingaddress",
        "billingcity",
        "cardlastfour",
        "city",
        "clientname",
        "companyname",
        "customername",
        "cvc",
        "cvv",
        "dob",
        "expiry",
        "expirydate",
        "familyname",
        "givenname",
        "lastfour",
        "lpa",
        "mailingaddress",
        "matchingid",
        "name",
        "nationality",
        "pan",
        "qr",
        "recipient",
        "sessionid",
        "sid",
        "zip",
        "zipcode",
    }
)
# These keys name a secret or a setting, and hold neither.
_HARMLESS = frozenset({"secretid", "tokenuse", "emailtransport"})

# These words also occur in sentences: `salesforce token: refused` holds no token.
_PROSE = frozenset(
    {"authorization", "cookie", "credentials", "email", "secret", "signature", "token"}
)

# Key and value in text: JSON, Python's repr, forms and query strings, SOQL, XML attributes.
_KEY = re.compile(
    r"(?<![\w.\-\[\]])(?P<key>[\w.\-\[\]]+)(?P<quote>\\?[\"'])?"
    r"(?P<separator>[\s+]*[=:][\s+]*)"
)
_VALUE = re.compile(r"\\?\"(?:\\.|[^\"\\])*\\?\"|\\?'(?:\\.|[^'\\])*\\?'|[^\s,;&\"'{}\[\]()]+")
# Each pattern with the texts (in lower case) of which one must occur before it is searched for.
_PATTERNS = (
    (
        ("-----begin",),
        re.compile(r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|\Z)", re.DOTALL),
    ),
    (("bearer ", "basic "), re.compile(r"(?i)\b(?:bearer|basic)\s+[A-Za-z0-9._~\-+/=!]{6,}")),
    (("eyj",), re.compile(r"\beyJ[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+\.?[A-Za-z0-9_\-]*")),
    # Salesforce's sessions, SendGrid's keys, the portal's signatures, activation codes.
    (("00d",), re.compile(r"\b00D[A-Za-z0-9]{9,15}![A-Za-z0-9._]+")),
    (("sg.",), re.compile(r"\bSG\.[A-Za-z0-9_\-]{4,}(?:\.[A-Za-z0-9_\-]+)?")),
    (("v1=",), re.compile(r"\bv1=[0-9a-fA-F]{32,}")),
    (
        ("1$",),
        re.compile(r"(?i)\b(?:LPA:)?1\$[A-Za-z0-9.\-]+\$[A-Za-z0-9.$\-]*"),
    ),
    (
        ("@",),
        re.compile(
            r"[^\s@\"<>(),;:=&%\[\]{}\\/|]{1,64}@"
            r"(?:[^\W_](?:[\w\-]{0,62}[^\W_])?\.)+[^\W\d_]{2,}"
        ),
    ),
    # +81 90-1234-5678, +81.9012345678, and national numbers, which begin with 0.
    (("+",), re.compile(r"(?i)(?<![\w-])\+\d(?:[ .()\-]{0,2}\d){7,14}(?![\w-])")),
    (("0",), re.compile(r"(?<![\w.\-])0\d{1,4}[ -]\d{1,4}[ -]\d{3,4}(?![\w-])")),
    (("0",), re.compile(r"(?<![\w.\-])0[1-9]\d{8,9}(?![\w-])")),
)
_CARD = re.compile(r"(?<![\w.\-])[2-6](?:[ -]?\d){12,18}(?![\w-])")
_QUOTED = re.compile(r"'((?:\\.|[^'\\])*)'")
_PLAIN = (int, float, Decimal, bool, date, time, timedelta, UUID, type(None))
_MAX_DEPTH = 12
_LONG = 16
_LONGEST = 16_000
_SHORTEST = 2
_SHORTEST_NUMBER = 5


def redact(value: Any, _depth: int = 0) -> Any:
    """Return a copy without secrets and personal data. It never fails.

    Anything but plain data, models and dataclasses becomes the name of its type.
    """
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, _PLAIN):
        return value
    return MASK if _depth > _MAX_DEPTH else _redact_composite(value, _depth + 1)


def _redact_composite(value: Any, depth: int) -> Any:
    if isinstance(value, Mapping):
        return {
            _key(key): MASK if isinstance(key, str) and _is_secret(key) else redact(item, depth)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item, depth) for item in value]
    if isinstance(value, Enum):
        return redact(value.value, depth)
    fields = _fields(value)
    return f"<{type(value).__name__}>" if fields is None else redact(fields, depth)


def redact_text(text: str) -> str:
    """Return the text with personal and secret data masked. A very long text is cut."""
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}… ({len(text) - _LONGEST} more)"
    text = _decoded(text)
    lower = text.lower()
    if "=" in lower or ":" in lower:
        text = _without_pairs(text)
    for needles, pattern in _PATTERNS:
        if any(needle in lower for needle in needles):
            text = pattern.sub(MASK, text)
    return _CARD.sub(_masked_card, text)


def without(text: str, sent: Any) -> str:
    """Return the text with every text in `sent` masked, because vendors quote what they refuse.

    Numbers with fewer than five digits are kept, because they are ids and counts.
    """
    text = html.unescape(text)  # WHMCS writes apostrophes as entities
    for value in sorted(set(_texts(sent)), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", MASK, text, flags=re.IGNORECASE)
    return text


def _decoded(text: str) -> str:
    """Return the text without up to two layers of percent-encoding, which would hide data."""
    for _ in range(2):
        if "%" in text:
            text = unquote(text)
    return text


def _without_pairs(text: str) -> str:
    kept, position = [], 0
    for found in _KEY.finditer(text):
        if found.start() < position or not _is_secret(found["key"]):
            continue
        value = _VALUE.match(text, found.end())
        if value is None or _is_prose(found, value[0]):
            continue
        kept += [text[position : value.start()], MASK]
        position = value.end()
    return "".join((*kept, text[position:]))


def _is_prose(found: re.Match[str], value: str) -> bool:
    """Whether it is prose such as `salesforce token: refused`, unlike `token: 5f3a…`."""
    named = found["quote"] is None and ":" in found["separator"] and found["key"].lower() in _PROSE
    return named and value.isalpha() and len(value) < _LONG


def _masked_card(found: re.Match[str]) -> str:
    digits = [int(char) for char in reversed(found[0]) if char.isdecimal()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return found[0] if (sum(digits[::2]) + sum(doubled)) % 10 else MASK


@functools.lru_cache(maxsize=1024)
def _is_secret(key: str) -> bool:
    plain = re.sub(r"[^a-z0-9]", "", key.lower())
    if plain in _HARMLESS:
        return False
    return plain in _WORDS or any(fragment in plain for fragment in _FRAGMENTS)


def _key(key: object) -> object:
    if isinstance(key, str):
        return redact_text(key)
    return key if isinstance(key, int | float | bool | type(None)) else f"<{type(key).__name__}>"


def _fields(value: Any) -> dict[str, Any] | None:
    if isinstance(value, type):
        return None
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if hasattr(type(value), "model_fields"):  # pydantic, without importing it here
        return dict(value)
    return None


def _texts(sent: Any) -> Iterator[str]:
    if isinstance(sent, str):
        # Vendors quote the lines of an address one by one, or joined in another way.
        for text in (sent, *map(str.strip, sent.splitlines()), *_QUOTED.findall(sent)):
            if len(text) >= (_SHORTEST_NUMBER if text.isdecimal() else _SHORTEST):
                yield text
    elif isinstance(sent, Mapping):
        for item in sent.values():
            yield from _texts(item)
    elif isinstance(sent, list | tuple):
        for item in sent:
            yield from _texts(item)
