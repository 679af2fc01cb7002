"""Limits on requests per IP address and per account, which are counted in DynamoDB.

They are the third layer after the WAF and the gateway's throttles. Only this layer knows accounts.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends

from portal.api.caller import Distribution
from portal.config import ConfigurationError
from portal.domain.limits import Limit
from portal.domain.problems import RATE_LIMITED, Problem
from portal.observability import count
from portal.ports.rate_limits import RateCounters

_ENTRY = re.compile(r"([a-z-]+\.[a-z-]+)=([1-9]\d{0,5})/([1-9]\d{0,5})")
_IPV6_PREFIX = 64


class RateLimiter:
    """Checks named limits (`login.account`) with shared counters."""

    def __init__(
        self,
        counters: RateCounters,
        limits: Mapping[str, Limit],
        distribution: Distribution | None = None,
    ) -> None:
        self._counters = counters
        self._limits = limits
        self._distribution = distribution

    def with_caller(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return the event with the viewer's address for the distribution's, where it is proved.

        Raises the errors of reading the distribution's key.
        """
        viewer = self._distribution.viewer(event) if self._distribution else None
        if viewer is None:
            return event
        context = event.get("requestContext") or {}
        identity = {**(context.get("identity") or {}), "sourceIp": viewer}
        return {**event, "requestContext": {**context, "identity": identity}}

    def check(self, name: str, subject: str) -> None:
        """Count a request of `subject` (an address or account, which is stored as a hash).

        Raises Problem `rate-limited`, whose `retry_after` is the seconds until the window ends.
        """
        limit = self._limits[name]
        wait = self._counters.hit(_key(name, subject), limit=limit.attempts, seconds=limit.seconds)
        if wait is not None:
            count("RateLimited", limit=name)
            raise Problem(
                RATE_LIMITED, f"Too many attempts; try again in {wait} seconds.", retry_after=wait
            )

    def may(self, name: str, subject: str) -> bool:
        """Count an attempt of `subject`; False when there have been too many."""
        limit = self._limits[name]
        key = _key(name, subject)
        return self._counters.hit(key, limit=limit.attempts, seconds=limit.seconds) is None

    def so_far(self, name: str, subject: str) -> tuple[int, Limit]:
        """Attempts of the current window, and how many are let through."""
        limit = self._limits[name]
        return self._counters.so_far(_key(name, subject), seconds=limit.seconds), limit

    def forget(self, name: str, subject: str) -> None:
        """Set the count of `subject` back to zero, for example after a correct login."""
        self._counters.forget(_key(name, subject), seconds=self._limits[name].seconds)


def _key(name: str, subject: str) -> str:
    return f"{name}#{hashlib.sha256(subject.encode()).hexdigest()[:40]}"


def limits_from(text: str, defaults: Mapping[str, Limit]) -> dict[str, Limit]:
    """Return the default limits with the changes of `RATE_LIMITS`.

    Raises ConfigurationError for an unknown name or anything but `name=attempts/seconds`.
    """
    limits = dict(defaults)
    for entry in filter(None, (part.strip() for part in text.split(","))):
        parsed = _ENTRY.fullmatch(entry)
        if parsed is None or parsed[1] not in defaults:
            msg = (
                f"RATE_LIMITS: {entry!r} is not name=attempts/seconds with one of the names "
                f"{', '.join(sorted(defaults))}"
            )
            raise ConfigurationError(msg)
        limits[parsed[1]] = Limit(int(parsed[2]), int(parsed[3]))
    return limits


def source_address(request: Request) -> str:
    """Who to count, for endpoints that count more than the address."""
    return address_of(request.resolved_event.raw_event)


def address_of(event: Mapping[str, Any]) -> str:
    """Return the caller's IPv4 address, or the /64 network of an IPv6 address.

    An IPv6 caller can use any address of the network. The address is that of the gateway's request
    context, because the caller can write `X-Forwarded-For`.
    """
    context = event.get("requestContext") or {}
    text = str((context.get("identity") or {}).get("sourceIp") or "unknown")
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, _IPV6_PREFIX), strict=False))
    return text


SourceAddress = Annotated[str, Depends(source_address)]


@dataclass(frozen=True)
class CountedByAddress:
    """A limit on an endpoint's requests by address, which is checked before a request is read.

    `limiter` is a builder of the area's composition root.
    """

    limit: str
    limiter: Callable[[], RateLimiter]
