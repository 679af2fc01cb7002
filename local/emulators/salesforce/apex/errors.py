"""Errors of running Apex that Apex itself cannot catch.

They say that the interpreter or the platform's compiler does not accept the code. Exceptions that
Apex can catch are `exceptions.Thrown`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A line of a source file; lines count from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class ApexFailure(Exception):
    """A failure with the place where it happened, once that is known."""

    kind = "failure"

    def __init__(self, construct: str, place: Place | None = None) -> None:
        super().__init__(construct)
        self.construct = construct
        self.place = place

    def locate(self, place: Place) -> None:
        """Remember the place, unless one closer to the cause is known."""
        if self.place is None:
            self.place = place

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place is not None else ""
        return f"{where}{self.kind}: {self.construct}"


class Unsupported(ApexFailure):
    """The interpreter does not model the construct, so it does not guess what it would do."""

    kind = "unsupported"


class NotApex(ApexFailure):
    """The platform's compiler would refuse this."""

    kind = "does not compile"


class LimitExceeded(ApexFailure):
    """A governor limit; like on the platform, Apex cannot catch it."""

    kind = "System.LimitException"
