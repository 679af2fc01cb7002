"""Amounts in WHMCS' format: decimal texts with two places, and `-1.00` for "not offered"."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
NOT_OFFERED = Decimal("-1.00")
_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_SEPARATORS = {1: ("", "."), 2: (",", "."), 3: (".", ","), 4: (",", "")}


def rounded(amount: Decimal) -> Decimal:
    """To two places, halves up."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def text(amount: Decimal) -> str:
    """`5500.00`, for every currency: WHMCS keeps two places for yen too."""
    return str(rounded(amount))


def parse(value: str) -> Decimal | None:
    """An amount from a request, None when it is not a plain decimal number."""
    return rounded(Decimal(value)) if _AMOUNT.fullmatch(value) else None


def formatted(amount: Decimal, *, prefix: str, suffix: str, style: int) -> str:
    """`¥5,500 JPY`: WHMCS' four currency formats (1234.56, 1,234.56, 1.234,56 and 1,234)."""
    thousands, point = _SEPARATORS[style]
    whole, _, fraction = f"{rounded(amount):,.2f}".partition(".")
    if not point:
        whole, fraction = f"{amount.quantize(Decimal(1), rounding=ROUND_HALF_UP):,}", ""
    return f"{prefix}{whole.replace(',', thousands)}{point}{fraction}{suffix}"
