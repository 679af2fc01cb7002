"""Derives the firewall's rules and the gateway's throttles from the table of limits.

Handlers count exactly (`portal/domain/limits.py`). Firewall and gateway count less exactly, and
must not refuse what the handlers allow. So the firewall allows one address at least what the
counters allow, and the gateway's throttle of a path allows many addresses to use up theirs at the
same time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from portal.domain.limits import PER_ADDRESS, Limit

WINDOW_SECONDS = 300
"""The window of the firewall's rules in seconds."""
ADDRESSES = 100
"""The number of addresses that may use up a path's limit at the same time."""
MIN_RATE = 5
MIN_FIREWALL_LIMIT = 10
# Renewing and ending sessions guesses nothing, and every open page does it.
SESSION_PATHS = ("/auth/refresh", "/auth/logout")
CREDENTIAL_PATHS = tuple(path for path in PER_ADDRESS if path not in SESSION_PATHS)


def most_in_window(limit: Limit) -> int:
    """Return the most attempts that a counter of fixed windows allows in a window of WAF."""
    return limit.attempts * (math.ceil(WINDOW_SECONDS / limit.seconds) + 1)


def firewall_limit(paths: Sequence[str], limits: Mapping[str, Limit]) -> int:
    """Return the limit of one address's requests to these paths in `WINDOW_SECONDS`."""
    allowed = sum(most_in_window(limits[PER_ADDRESS[path]]) for path in paths)
    return max(MIN_FIREWALL_LIMIT, allowed)


def requests_per_second(path: str, limits: Mapping[str, Limit]) -> int:
    """Return the requests per second that a path's throttle must allow for all addresses."""
    limit = limits[PER_ADDRESS[path]]
    return max(MIN_RATE, math.ceil(ADDRESSES * limit.attempts / limit.seconds))
