"""Salesforce record ids for seeds: 15 characters plus the case-safe suffix of three."""

from __future__ import annotations

_SUFFIX_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_INSTANCE = "5j000"
_SERIAL_WIDTH = 7
KEY_PREFIXES = {
    "Account": "001",
    "Pricebook2": "01s",
    "PricebookEntry": "01u",
    "Product2": "01t",
}


def record_id(sobject: str, serial: int) -> str:
    """The 18-character id number `serial` of a kind of record.

    Each suffix character encodes which letters of a group of five are upper case, the first
    letter in the lowest bit (Salesforce Help, "18-character record ids").
    """
    short = f"{KEY_PREFIXES[sobject]}{_INSTANCE}{serial:0{_SERIAL_WIDTH}d}"
    suffix = ""
    for start in range(0, 15, 5):
        group = short[start : start + 5]
        bits = sum(1 << place for place, letter in enumerate(group) if letter.isupper())
        suffix += _SUFFIX_ALPHABET[bits]
    return short + suffix
