"""The model of a check, its finding and its line in the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ops.doctor.installation import Installation


class Status(StrEnum):
    """The result of a check."""

    OK = "ok"
    WARNING = "warning"  # it works, but an operator should know about it
    WRONG = "wrong"
    UNKNOWN = "unknown"  # a system did not answer or refused to tell
    SKIPPED = "skipped"  # another check has to pass first


PASSED = frozenset({Status.OK, Status.WARNING})


@dataclass(frozen=True)
class Finding:
    """The finding of a check. `remedy` tells how to correct the cause; it is empty for OK."""

    status: Status
    found: str
    remedy: str = ""


def ok(found: str) -> Finding:
    """Return a finding that passes."""
    return Finding(Status.OK, found)


def wrong(found: str, remedy: str) -> Finding:
    """Return a finding that must be corrected."""
    return Finding(Status.WRONG, found, remedy)


def warning(found: str, remedy: str) -> Finding:
    """Return a finding that passes but that an operator should know."""
    return Finding(Status.WARNING, found, remedy)


def unknown(found: str, remedy: str) -> Finding:
    """Return a finding for something that could not be checked."""
    return Finding(Status.UNKNOWN, found, remedy)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of the report.

    `look` makes the check. An exception of it becomes a finding with `remedy`. `needs` are the ids
    of checks that have to pass first. `page` is the page and heading of the documentation.
    """

    id: str
    title: str
    look: Callable[[Installation], Finding]
    remedy: str
    page: str
    needs: tuple[str, ...] = ()

    @property
    def system(self) -> str:
        """The checked part of the installation."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A check and its finding."""

    check: Check
    finding: Finding
