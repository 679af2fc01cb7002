"""Checks when eSIM lines start: immediately, or at a time within the next year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from portal.domain.problems import FieldError

from functions.orders.cart import PricedLine
from functions.orders.errors import CartError
from functions.orders.models import Activation

FURTHEST = timedelta(days=365)


def activation_errors(
    activation: Activation, lines: Sequence[PricedLine], now: datetime
) -> Iterator[FieldError]:
    """Yield what is wrong with the wanted activation. `lines` are the orderable lines."""
    if activation.type == "immediate":
        if activation.at is not None:
            yield _wrong("at", "Only scheduled activations have a time.")
        return
    if activation.at is None or not now < activation.at <= now + FURTHEST:
        yield _wrong("at", "Give a time in the future, within a year.")
    if lines and not any(line.product.is_esim for line in lines):
        yield _wrong("type", "Only eSIMs can be scheduled.")


def _wrong(member: str, detail: str) -> FieldError:
    return FieldError(detail, pointer=f"/activation/{member}", code=CartError.ACTIVATION_INVALID)
