"""The firewall's rules and the gateway's throttles, derived from the table of limits.

Handlers count exactly (`portal/domain/limits.py`); what stands in front of them is coarser and must
let through what they let through. So the firewall allows one address at least what the counters
do, and the gateway's throttle of a path allows many addresses to use theirs up at the same time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from portal.domain.limits import PER_ADDRESS, Limit

WINDOW_SECONDS = 300
"""The firewall's window."""
ADDRESSES = 100
"""So many addresses may use up a path's limit at the same time."""
MIN_RATE = 5
MIN_FIREWALL_LIMIT = 10
# Renewing and ending sessions is no guessing, and every open page does it.
SESSION_PATHS = ("/auth/refresh", "/auth/logout")
CREDENTIAL_PATHS = tuple(path for path in PER_ADDRESS if path not in SESSION_PATHS)


def most_in_window(limit: Limit) -> int:
    """The most attempts that a counter of fixed windows lets through in any window of WAF's."""
    return limit.attempts * (math.ceil(WINDOW_SECONDS / limit.seconds) + 1)


def firewall_limit(paths: Sequence[str], limits: Mapping[str, Limit]) -> int:
    """Requests of one address to these paths in `WINDOW_SECONDS`."""
    allowed = sum(most_in_window(limits[PER_ADDRESS[path]]) for path in paths)
    return max(MIN_FIREWALL_LIMIT, allowed)


def requests_per_second(path: str, limits: Mapping[str, Limit]) -> int:
    """What a path's throttle must let through, all addresses together."""
    limit = limits[PER_ADDRESS[path]]
    return max(MIN_RATE, math.ceil(ADDRESSES * limit.attempts / limit.seconds))
