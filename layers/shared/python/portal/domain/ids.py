"""Identifiers from callers and other systems, which are checked before they are used.

A Salesforce id from a caller must match its pattern before use: simple-salesforce joins ids
into URLs, and an id that is itself a URL would send the portal's bearer token to that host.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import StringConstraints

SALESFORCE_ID = r"^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$"
SALESFORCE_ORDER_ID = r"^801[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$"
# Use it with fullmatch, because Python's `$` also matches before a final line break.
CORRELATION_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
CUSTOMER_NUMBER = r"^[A-Za-z0-9][A-Za-z0-9-]{2,31}$"
WHMCS_SERVICE_ID = r"^[1-9][0-9]{0,9}$"
SKU = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"

SalesforceId = Annotated[str, StringConstraints(pattern=SALESFORCE_ID)]
SalesforceOrderId = Annotated[str, StringConstraints(pattern=SALESFORCE_ORDER_ID)]
Sku = Annotated[str, StringConstraints(pattern=SKU)]

_ANY_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_CHECK_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def to_18(salesforce_id: str) -> str:
    """Return the canonical 18-character form of a Salesforce id of 15 or 18 characters.

    The suffix encodes which of the 15 are upper case, five bits per letter (Salesforce help,
    "15-character and 18-character ids"). Salesforce accepts ids of 18 characters in any case, so
    the case is restored from the suffix. Then one record always has one id here.
    Raises ValueError for anything else.
    """
    if not _ANY_ID.fullmatch(salesforce_id):
        msg = "a Salesforce id has 15 or 18 letters and digits"
        raise ValueError(msg)
    base, suffix = salesforce_id[:15], salesforce_id[15:].upper()
    if suffix:
        restored = _cased(base, suffix)
        if _suffix(restored) == suffix:
            base = restored
    return base + _suffix(base)


def _suffix(base: str) -> str:
    return "".join(
        _CHECK_ALPHABET[sum(1 << i for i, char in enumerate(chunk) if char.isupper())]
        for chunk in (base[:5], base[5:10], base[10:])
    )


def _cased(base: str, suffix: str) -> str:
    bits = "".join(format(max(_CHECK_ALPHABET.find(letter), 0), "05b")[::-1] for letter in suffix)
    return "".join(
        char.upper() if bit == "1" else char.lower() for char, bit in zip(base, bits, strict=True)
    )
