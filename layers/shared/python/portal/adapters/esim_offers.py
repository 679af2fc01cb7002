"""Reads an eSIM provider's catalogue of top-ups. One bad entry must not hide the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from portal.domain.esim import Offer
from portal.observability import logger


def readable(
    items: Iterable[dict[str, Any]], read: Callable[[dict[str, Any]], Offer], provider: str
) -> list[Offer]:
    """Return the offers that can be read. The others are logged and left out."""
    offers = []
    for item in items:
        try:
            offers.append(read(item))
        except (KeyError, TypeError, ValueError) as error:
            logger().warning(
                "eSIM provider's offer cannot be read",
                extra={"provider": provider, "reason": type(error).__name__},
            )
    return offers
