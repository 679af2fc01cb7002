"""A check, what it finds, and the line that an operator reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ops.doctor.installation import Installation


class Status(StrEnum):
    """What became of a check."""

    OK = "ok"
    WARNING = "warning"  # it works, and somebody should know about this
    WRONG = "wrong"
    UNKNOWN = "unknown"  # a system did not answer, or did not let us look
    SKIPPED = "skipped"  # another check has to pass first


PASSED = frozenset({Status.OK, Status.WARNING})


@dataclass(frozen=True)
class Finding:
    """What a check found, and how to mend it when it is not as it should be."""

    status: Status
    found: str
    remedy: str = ""


def ok(found: str) -> Finding:
    """As it should be."""
    return Finding(Status.OK, found)


def wrong(found: str, remedy: str) -> Finding:
    """Not as the code needs it."""
    return Finding(Status.WRONG, found, remedy)


def warning(found: str, remedy: str) -> Finding:
    """It works, but an operator should know."""
    return Finding(Status.WARNING, found, remedy)


def unknown(found: str, remedy: str) -> Finding:
    """It could not be found out."""
    return Finding(Status.UNKNOWN, found, remedy)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of the report.

    `look` finds out; what it raises becomes a finding, with `remedy` as the way to mend it. `needs`
    are the ids of checks that have to pass first. `page` is a page of the documentation with the
    heading that tells more.
    """

    id: str
    title: str
    look: Callable[[Installation], Finding]
    remedy: str
    page: str
    needs: tuple[str, ...] = ()

    @property
    def system(self) -> str:
        """The part of the installation that it looks at."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A check that was made."""

    check: Check
    finding: Finding
