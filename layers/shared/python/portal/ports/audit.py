"""Where the audit reads from, and where it keeps what it has read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from portal.domain.audit import AuditFinding, Source


@dataclass(frozen=True)
class RecordPage:
    """A page of records; `cursor` leads to the next one, None after the last.

    `calls` are the calls that it took, by system.
    """

    records: Sequence[Any]
    cursor: str | None
    calls: Mapping[str, int] = field(default_factory=dict)


class RecordSource(Protocol):
    """One listing of one system."""

    def page(self, cursor: str | None) -> RecordPage:
        """The first page without a cursor. Raises the errors of `portal.domain.upstream`."""
        ...


@dataclass(frozen=True, kw_only=True)
class AuditState:
    """How far a run has come; times are epoch seconds.

    `cursors` has the next page of sources that were begun, and None for those that are done;
    `pages` how many pages are kept of each. `nothing_since` is when the last run ended before
    this one, or began when none has ended; None for the first run.
    """

    run_id: str
    started_at: float
    cursors: Mapping[str, str | None] = field(default_factory=dict)
    pages: Mapping[str, int] = field(default_factory=dict)
    calls: Mapping[str, int] = field(default_factory=dict)
    finished_at: float | None = None
    findings: int = 0
    nothing_since: float | None = None

    @property
    def newest(self) -> float:
        """When the newest audit ended, or since when none has."""
        if self.finished_at is not None:
            return self.finished_at
        return self.started_at if self.nothing_since is None else self.nothing_since


class Spool(Protocol):
    """What a run has read so far, so that another invocation can go on."""

    def state(self) -> AuditState | None:
        """The last run, None before the first."""
        ...

    def save(self, state: AuditState) -> None:
        """Replace it."""
        ...

    def keep(self, run_id: str, source: Source, number: int, page: Sequence[Any]) -> None:
        """Keep a page; the same number again replaces it."""
        ...

    def records(self, run_id: str, source: Source, pages: int) -> Iterator[Any]:
        """All records of a source."""
        ...

    def report(self, run_id: str, findings: Sequence[AuditFinding]) -> None:
        """Keep what was found."""
        ...

    def found(self, run_id: str) -> Sequence[AuditFinding]:
        """What a run has found."""
        ...
