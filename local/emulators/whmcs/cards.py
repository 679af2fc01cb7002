"""Checks card numbers, of which only brand, last four digits and expiry are kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

BRANDS = (
    (re.compile(r"4[0-9]{12}([0-9]{3}){0,2}"), "Visa"),
    (re.compile(r"(5[1-5][0-9]{4}|2[2-7][0-9]{4})[0-9]{10}"), "MasterCard"),
    (re.compile(r"3[47][0-9]{13}"), "American Express"),
    (re.compile(r"35[0-9]{14}"), "JCB"),
    (re.compile(r"6(011|5[0-9]{2})[0-9]{12}"), "Discover"),
    (re.compile(r"3(0[0-5]|[68][0-9])[0-9]{11}"), "Diners Club"),
)
DECLINED_CARDS = frozenset({"4000000000000002", "4000000000000341"})
_EXPIRY = re.compile(r"(0[1-9]|1[0-2])\s*/?\s*(?:20)?([0-9]{2})")


@dataclass(frozen=True)
class Card:
    """The data of a card that is kept. `declines`: a test number whose charges fail."""

    brand: str
    last_four: str
    declines: bool


def read_card(number: str) -> Card | None:
    """The card behind a number with a right check digit, else None."""
    digits = re.sub(r"[ \-]", "", number)
    if not digits.isascii() or not digits.isdigit() or not _luhn(digits):
        return None
    brand = next((name for pattern, name in BRANDS if pattern.fullmatch(digits)), None)
    if brand is None:
        return None
    return Card(brand, digits[-4:], digits in DECLINED_CARDS)


def read_expiry(text: str) -> str | None:
    """`MM/YY` from `MMYY`, `MM/YY` or `MM/YYYY`, else None."""
    match = _EXPIRY.fullmatch(text.strip())
    return f"{match.group(1)}/{match.group(2)}" if match else None


def expired(expiry: str, now: datetime) -> bool:
    """Whether the month `MM/YY` is over."""
    month, year = (int(part) for part in expiry.split("/"))
    return (2000 + year, month) < (now.year, now.month)


def _luhn(digits: str) -> bool:
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if index % 2 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004  # 9 is the Luhn rule's
    return total % 10 == 0
