"""How often a line may be reissued: a stolen account must not move a line again and again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from portal.ports.reissues import LineReissues

PERIOD_SECONDS = 30 * 86_400


@dataclass(frozen=True)
class ReissueLimit:
    """At most `most` reissues of a line within thirty days; `clock` gives epoch seconds."""

    reissues: LineReissues
    most: int
    clock: Callable[[], float] = time.time

    def left(self, service_id: int) -> int:
        """How many are left for the line of a service."""
        done = self.reissues.since(service_id, self.clock() - PERIOD_SECONDS)
        return max(self.most - done, 0)
