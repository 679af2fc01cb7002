"""Identifiers that come from callers or outside systems, checked before they go anywhere.

A Salesforce id from a caller must match its pattern before use: simple-salesforce joins ids
into URLs, and an id that is itself a URL would carry our bearer token to that host.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import StringConstraints

SALESFORCE_ID = r"^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$"
SALESFORCE_ORDER_ID = r"^801[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$"
CORRELATION_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
CUSTOMER_NUMBER = r"^[A-Za-z0-9][A-Za-z0-9-]{2,31}$"
SKU = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"

SalesforceId = Annotated[str, StringConstraints(pattern=SALESFORCE_ID)]
SalesforceOrderId = Annotated[str, StringConstraints(pattern=SALESFORCE_ORDER_ID)]
CustomerNumber = Annotated[str, StringConstraints(pattern=CUSTOMER_NUMBER)]
Sku = Annotated[str, StringConstraints(pattern=SKU)]

_CHECK_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def to_18(salesforce_id: str) -> str:
    """The 18-character form of a Salesforce id (15 or 18 characters).

    The suffix encodes which of the 15 are upper case, five bits a letter (Salesforce help,
    "15-character and 18-character ids").
    """
    base = salesforce_id[:15]
    suffix = ""
    for start in (0, 5, 10):
        bits = sum(1 << i for i, char in enumerate(base[start : start + 5]) if char.isupper())
        suffix += _CHECK_ALPHABET[bits]
    return base + suffix
