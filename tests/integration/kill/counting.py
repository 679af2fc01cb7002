"""Sub-cases: each with a readable name, all of them counted."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable

import pytest

from tests.integration.kill.lanes import Case, Lane, spread


class Tally:
    """Runs cases on the lanes; counts by kind, for the summary at the end of the run."""

    def __init__(self, lanes: list[Lane]) -> None:
        self.subtests: pytest.Subtests | None = None
        self._lanes = lanes
        self._cases: Counter[str] = Counter()
        self._started = time.monotonic()

    def run(self, kind: str, cases: Iterable[Case]) -> None:
        """Each case is a sub-test: its failure does not keep the others from being tried."""
        assert self.subtests is not None
        for name, error in spread(self._lanes, cases):
            self._cases[kind] += 1
            with self.subtests.test(msg=name):
                if error is not None:
                    raise error

    def summary(self) -> str:
        """One line."""
        seconds = time.monotonic() - self._started
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self._cases.items()))
        return f"kill matrix: {self._cases.total()} cases in {seconds:.0f} s ({kinds})"
