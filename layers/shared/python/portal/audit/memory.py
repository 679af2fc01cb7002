"""A spool in memory: for a run that ends within one process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from portal.domain.audit import AuditFinding, Source
from portal.ports.audit import AuditState


class MemorySpool:
    """`Spool` of one process."""

    def __init__(self) -> None:
        self._state: AuditState | None = None
        self._pages: dict[tuple[str, Source, int], Sequence[Any]] = {}
        self._found: dict[str, Sequence[AuditFinding]] = {}

    def state(self) -> AuditState | None:
        """The last run."""
        return self._state

    def save(self, state: AuditState) -> None:
        """Replace it."""
        self._state = state

    def keep(self, run_id: str, source: Source, number: int, page: Sequence[Any]) -> None:
        """Keep a page."""
        self._pages[run_id, source, number] = page

    def records(self, run_id: str, source: Source, pages: int) -> Iterator[Any]:
        """All records of a source."""
        for number in range(pages):
            yield from self._pages[run_id, source, number]

    def report(self, run_id: str, findings: Sequence[AuditFinding]) -> None:
        """Keep what was found."""
        self._found[run_id] = findings

    def found(self, run_id: str) -> Sequence[AuditFinding]:
        """What a run has found."""
        return self._found.get(run_id, ())
