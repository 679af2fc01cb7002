"""Things that go wrong between two systems, at any point that can be named by number.

Every call to an outside system passes two points: before its effect and after it. A test first
counts the points of an untroubled run, then repeats the run with one thing going wrong at each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from portal.domain.upstream import CircuitOpen, OutcomeUnknown, Throttled, Unavailable

AnswerT = TypeVar("AnswerT")
VENDORS = ("salesforce", "whmcs", "esim")


class Killed(BaseException):
    """The process is gone: nothing after this line runs, no handler, no clean-up."""


class Fault(StrEnum):
    """What goes wrong."""

    KILLED_BEFORE = "killed before the effect"
    KILLED_AFTER = "killed after the effect"
    UNAVAILABLE = "turned away"
    THROTTLED = "throttled"
    DOWN = "the circuit is open"  # only vendors have one
    LOST_REQUEST = "no answer, nothing happened"
    LOST_ANSWER = "no answer, it happened"


@dataclass
class Faults:
    """Counts calls and makes a fault at some of them.

    `plan` is the fault by call number; `names` are the calls so far.
    """

    plan: dict[int, Fault] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    always: Callable[[str], Fault | None] = lambda _: None

    def call(
        self, upstream: str, name: str, effect: Callable[[], AnswerT], *, writes: bool = False
    ) -> AnswerT:
        """Make a call, with whatever fault is planned for it."""
        number = len(self.names)
        self.names.append(f"{upstream} {name}")
        fault = self.plan.pop(number, None) or self.always(f"{upstream} {name}")
        if fault is None:
            return effect()
        with _faulty(fault, upstream, name, writes=writes):
            if fault in (Fault.KILLED_AFTER, Fault.LOST_ANSWER):
                answer = effect()
        return answer

    def count(self, upstream: str) -> int:
        """How many calls an upstream got."""
        return sum(name.startswith(f"{upstream} ") for name in self.names)


@contextmanager
def _faulty(fault: Fault, upstream: str, name: str, *, writes: bool) -> Iterator[None]:
    if fault is Fault.KILLED_BEFORE:
        raise Killed
    if fault is Fault.UNAVAILABLE:
        raise Unavailable(upstream, name, "planned")
    if fault is Fault.THROTTLED:
        raise Throttled(upstream, name, "planned", retry_after=7)
    if fault is Fault.DOWN and upstream not in VENDORS:
        raise Unavailable(upstream, name, "planned")
    if fault is Fault.DOWN:
        raise CircuitOpen(upstream, name, "planned", retry_after=60)
    lost = OutcomeUnknown if writes else Unavailable
    if fault is Fault.LOST_REQUEST:
        raise lost(upstream, name, "planned")
    yield
    if fault is Fault.KILLED_AFTER:
        raise Killed
    if fault is Fault.LOST_ANSWER:
        raise lost(upstream, name, "planned")
