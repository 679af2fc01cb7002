"""Salesforce record ids for seeds."""

from __future__ import annotations

_INSTANCE = "5j000"
# The last three characters encode which of the first fifteen are upper case: here none is.
_NO_CAPITALS = "AAA"
KEY_PREFIXES = {
    "Account": "001",
    "Pricebook2": "01s",
    "PricebookEntry": "01u",
    "Product2": "01t",
}


def record_id(sobject: str, serial: int) -> str:
    """Return the 18-character id with the number `serial` for an object."""
    return f"{KEY_PREFIXES[sobject]}{_INSTANCE}{serial:07d}{_NO_CAPITALS}"
