"""How long to wait before the next retry."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

LONGEST_DELAY = 900.0
"""SQS' longest message delay; visibility could be longer, but nobody waits that long gladly."""

MOST_SPREAD = 1.3
Jitter = Callable[[float, float], float]


@dataclass(frozen=True)
class Policy:
    """At most `max_retries` retries, with exponential back-off from `first_delay` seconds.

    With seven retries: 30 s, 1, 2, 4, 8, 15, 15 min, about three quarters of an hour, plus what
    the runs themselves take. `patience` bounds waiting that costs no retry (seconds; a day).
    """

    max_retries: int = 7
    first_delay: float = 30.0
    patience: float = 86_400.0
    jitter: Jitter = random.uniform

    def delay(self, runs: int, *, at_least: float = 0.0) -> float:
        """Seconds until the next retry after `runs` runs; a fifth of it is chance."""
        exponential = min(LONGEST_DELAY, self.first_delay * 2.0 ** min(max(runs - 1, 0), 10))
        return min(LONGEST_DELAY, max(exponential * self.jitter(0.8, 1.2), self.spread(at_least)))

    def spread(self, seconds: float) -> float:
        """A wait with some chance in it, so that a crowd does not come back at once."""
        return min(LONGEST_DELAY, seconds * self.jitter(1.0, MOST_SPREAD))

    def wait(self, waits: int, seconds: float) -> float:
        """A spread wait, twice as long after each of `waits` waits in a row.

        Otherwise ten thousand jobs keep all workers busy with looking whether an outage is over.
        """
        longest = LONGEST_DELAY / MOST_SPREAD  # so that chance has room even then
        return self.spread(min(seconds * 2.0 ** min(waits, 10), longest))
