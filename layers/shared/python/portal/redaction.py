"""What must never be emitted, and how it is taken out.

Two nets: keys that name personal or secret data lose their value; text that looks like an
e-mail address, bearer token, activation code or phone number is masked wherever it stands.
Emitting such data stays a bug; this is the last line.
"""

from __future__ import annotations

import re
from typing import Any

MASK = "***"

_SECRET_KEYS = frozenset(
    {
        "accesstoken",
        "activationcode",
        "address",
        "address1",
        "address2",
        "apikey",
        "authorization",
        "birthdate",
        "city",
        "cookie",
        "credentials",
        "currentpassword",
        "dateofbirth",
        "email",
        "firstname",
        "fullname",
        "idtoken",
        "lastname",
        "lpa",
        "matchingid",
        "newpassword",
        "password",
        "password2",
        "personemail",
        "phone",
        "phonenumber",
        "postcode",
        "privatekey",
        "redirecturl",
        "refreshtoken",
        "secret",
        "signature",
        "street",
        "street2",
        "token",
    }
)
_PATTERNS = (
    re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,}"),
    re.compile(r"\beyJ[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+\.?[A-Za-z0-9_\-]*"),
    re.compile(r"(?i)\b(?:LPA:)?1\$[A-Za-z0-9.\-]+\$[A-Za-z0-9\-]*"),
    re.compile(r"(?<![\w-])\+\d[\d -]{7,17}\d\b"),
    re.compile(r"(?i)\bbearer\s+[A-Za-z0-9._\-+/=!]+"),
)
_MAX_DEPTH = 12


def redact(value: Any, _depth: int = 0) -> Any:
    """A copy without secrets and personal data; never fails, never changes its argument."""
    if _depth > _MAX_DEPTH:
        return MASK
    if isinstance(value, dict):
        return {
            key: MASK if _is_secret(key) else redact(item, _depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item, _depth + 1) for item in value]
    return redact_text(value) if isinstance(value, str) else value


def redact_text(text: str) -> str:
    """Text with everything that looks personal or secret masked."""
    for pattern in _PATTERNS:
        text = pattern.sub(MASK, text)
    return text


def _is_secret(key: object) -> bool:
    return isinstance(key, str) and re.sub(r"[^a-z0-9]", "", key.lower()) in _SECRET_KEYS
