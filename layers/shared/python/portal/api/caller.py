"""Who calls: the address that the gateway saw, or the viewer's behind our own distribution.

Behind CloudFront the gateway sees an address of CloudFront, which many customers share. The
distribution sends a key with every request, and only with it is `X-Forwarded-For` believed: any
caller can write that header.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Any

KEY_HEADER = "x-portal-distribution"
FORWARDED = "x-forwarded-for"
# CloudFront appends the viewer's address, and the gateway that of CloudFront.
_OF_THE_VIEWER = -2


class Distribution:
    """The distribution in front of the API; `key` is read when a request claims to come by it."""

    def __init__(self, key: Callable[[], str]) -> None:
        self._key = key

    def viewer(self, event: Mapping[str, Any]) -> str | None:
        """The address of who asked the distribution; None for a request that came another way.

        Raises the errors of reading the key.
        """
        shown = _values(event, KEY_HEADER)
        if len(shown) != 1 or not hmac.compare_digest(shown[0].encode(), self._key().encode()):
            return None
        hops = [hop.strip() for line in _values(event, FORWARDED) for hop in line.split(",")]
        return hops[_OF_THE_VIEWER] if len(hops) >= -_OF_THE_VIEWER else None


def _values(event: Mapping[str, Any], name: str) -> list[str]:
    multi = event.get("multiValueHeaders") or {}
    found = [value for key, values in multi.items() if key.lower() == name for value in values]
    if found:
        return found
    single = event.get("headers") or {}
    return [str(value) for key, value in single.items() if key.lower() == name]
