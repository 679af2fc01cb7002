"""How a step says that it cannot go on, and what the engine makes of upstream failures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.config import ConfigurationError
from portal.domain.upstream import (
    CircuitOpen,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    UpstreamError,
)

SETTLING_SECONDS = 60.0
"""Longer than an upstream works on a request that nobody waits for any more."""

Prefix = Callable[[str], str]
"""The first word of the error codes for an upstream (`Workflow.prefix`)."""


class StopWorkflow(Exception):
    """For good: trying again changes nothing until a person has acted.

    `code` is stable and documented; `message` tells the operator what was found.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Postpone(Exception):
    """Not yet, through nobody's fault: look again after `seconds`. Costs no retry.

    After the workflow's patience the job stops with `code`.
    """

    def __init__(self, code: str, message: str, *, seconds: float) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.seconds = seconds


class Defer(Exception):
    """The job is not due before `due_at` (epoch seconds); the sweeper brings it back."""

    def __init__(self, due_at: float) -> None:
        super().__init__(f"not due before {due_at}")
        self.due_at = due_at


class OutOfTime(Exception):
    """This invocation ends before the next call could; another one goes on."""


class CancelRequested(Exception):
    """An operator cancelled before the point of no return."""


@dataclass(frozen=True)
class Retry:
    """Run again: `code` for the record, at least `after` seconds from now."""

    code: str
    message: str
    after: float = 0.0


@dataclass(frozen=True)
class Wait:
    """Come back later, at no cost.

    `upstream_down`: later each time, and not in the way of jobs that can go on.
    """

    code: str
    message: str
    seconds: float
    upstream_down: bool = False


@dataclass(frozen=True)
class Stop:
    """Never again by itself."""

    code: str
    message: str


def decide(error: Exception, prefix: Prefix) -> Retry | Wait | Stop:
    """What becomes of the job when a step raised.

    A defect in a step must not lose the job: it is run again, then fails with a code that says
    that the portal is at fault.
    """
    if isinstance(error, StopWorkflow):
        return Stop(error.code, error.message)
    if isinstance(error, Postpone):
        return Wait(error.code, error.message, error.seconds)
    if isinstance(error, UpstreamError):
        return classify(error, prefix)
    if isinstance(error, ConfigurationError):
        return Retry("configuration", str(error))
    return Retry("internal-error", type(error).__name__)


def classify(error: UpstreamError, prefix: Prefix) -> Retry | Wait | Stop:
    """What to do about an upstream's failure that no step dealt with.

    Unauthorized stops: knocking again with the same credentials can get our address banned, and
    waiting mends nothing.
    """
    upstream = prefix(error.upstream)
    text = f"{error.upstream} {error.operation}: {error.message}"
    if isinstance(error, Unauthorized):
        return Stop(f"{upstream}-access-denied", text)
    if isinstance(error, Refused):
        return Stop(f"{upstream}-refused", text)
    if isinstance(error, OutcomeUnknown):
        # The next run looks whether it took effect: not while it may still be doing so.
        return Retry(f"{upstream}-outcome-unknown", text, SETTLING_SECONDS)
    after = (error.retry_after or 0.0) if isinstance(error, Throttled) else 0.0
    if isinstance(error, CircuitOpen):
        return Wait(f"{upstream}-unavailable", text, after, upstream_down=True)
    return Retry(f"{upstream}-unavailable", text, after)
