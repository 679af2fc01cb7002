"""Sub-cases: each with a readable name, all of them counted."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


class Tally:
    """Cases by kind, for the summary at the end of the run."""

    def __init__(self) -> None:
        self.subtests: pytest.Subtests | None = None
        self._cases: Counter[str] = Counter()
        self._started = time.monotonic()

    @contextmanager
    def case(self, kind: str, name: str) -> Iterator[None]:
        """One case; its failure does not end the test."""
        assert self.subtests is not None
        self._cases[kind] += 1
        with self.subtests.test(msg=name):
            yield

    @property
    def total(self) -> int:
        """All cases so far."""
        return sum(self._cases.values())

    def summary(self) -> str:
        """One line."""
        seconds = time.monotonic() - self._started
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self._cases.items()))
        return f"kill matrix: {self.total} cases in {seconds:.0f} s ({kinds})"
