"""How long to wait before the next retry."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

LONGEST_DELAY = 900.0
"""Seconds. SQS delays a message by at most 15 minutes (SQS API reference, `DelaySeconds`)."""

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
        """Return the seconds until the next retry after `runs` runs, with 20 % of jitter."""
        exponential = min(LONGEST_DELAY, self.first_delay * 2.0 ** min(max(runs - 1, 0), 10))
        return min(LONGEST_DELAY, max(exponential * self.jitter(0.8, 1.2), self.spread(at_least)))

    def spread(self, seconds: float) -> float:
        """Return `seconds` plus up to 30 % of jitter, so that messages do not all come at once."""
        return min(LONGEST_DELAY, seconds * self.jitter(1.0, MOST_SPREAD))

    def wait(self, waits: int, seconds: float) -> float:
        """Return the seconds of the next wait, twice as long after each of `waits` waits in a row.

        With a constant wait, ten thousand jobs would keep all workers busy during an outage.
        """
        longest = LONGEST_DELAY / MOST_SPREAD  # leaves room for the jitter
        return self.spread(min(seconds * 2.0 ** min(waits, 10), longest))
