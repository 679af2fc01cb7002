"""Formats amounts and times in each language."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from portal.domain.money import Money

NO_BREAK, JOINER = "\u00a0", "\u2060"
"""A space at which no line ends, and a mark between Japanese characters with the same effect."""
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def money(price: Money, language: str) -> str:
    """Return `1,500 JPY`, or `1,500円` in Japanese. Other currencies are as in English."""
    amount = _grouped(price.amount)
    if language == "ja" and price.currency == "JPY":
        return f"{amount}円"
    return f"{amount} {price.currency}"


def moment(when: datetime, language: str, time_zone: str) -> str:
    """Return `5 November 2026, 14:05 (JST)`, or `2026年11月5日 14:05 (JST)` in Japanese.

    No line ends between time and zone.
    """
    local = when.astimezone(ZoneInfo(time_zone))
    clock = f"{local:%H:%M}{NO_BREAK}({local.tzname()})"
    if language == "ja":
        return f"{local.year}年{local.month}月{local.day}日 {clock}"
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {clock}"


def breaking(text: str) -> str:
    """Return a text whose lines may end anywhere, with common spaces only."""
    return text.replace(NO_BREAK, " ").replace(JOINER, "")


def _grouped(amount: str) -> str:
    whole, point, fraction = amount.partition(".")
    return f"{int(whole):,}{point}{fraction}"
