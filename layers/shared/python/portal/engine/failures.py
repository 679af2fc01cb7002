"""The exceptions by which a step says that it cannot go on, and what the engine decides then."""

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
"""Seconds before the next run after a request without an answer.

They are more than an upstream needs to finish a request whose caller has gone.
"""

Prefix = Callable[[str], str]
"""Returns the first word of the error codes for the upstream of that name (`Workflow.prefix`)."""


class StopWorkflow(Exception):
    """Raised by a step when a retry cannot help until a person has acted.

    `code` is stable and documented; `message` tells the operator what was found.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Postpone(Exception):
    """Raised by a step that has to wait for something that is not a failure.

    The step runs again after `seconds`, and that does not count as a retry. When the wait has
    lasted longer than `Policy.patience`, the job stops with `code`.
    """

    def __init__(self, code: str, message: str, *, seconds: float) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.seconds = seconds


class Defer(Exception):
    """Raised by a step when the job is not due before `due_at` (epoch seconds).

    The sweeper enqueues the job when it is due.
    """

    def __init__(self, due_at: float) -> None:
        super().__init__(f"not due before {due_at}")
        self.due_at = due_at


class OutOfTime(Exception):
    """The time left of this invocation is too short for the next call. Another one continues."""


class CancelRequested(Exception):
    """An operator cancelled before the point of no return."""


@dataclass(frozen=True)
class Retry:
    """The run is repeated, at least `after` seconds from now. `code` goes into the job's record."""

    code: str
    message: str
    after: float = 0.0


@dataclass(frozen=True)
class Wait:
    """The job is run again after `seconds`, and that does not count as a retry.

    With `upstream_down` the message is parked on the waiting queue, and the wait gets longer each
    time. Without it, the message is requeued.
    """

    code: str
    message: str
    seconds: float
    upstream_down: bool = False


@dataclass(frozen=True)
class Stop:
    """The job ends. Only a person can start a new attempt."""

    code: str
    message: str


def decide(error: Exception, prefix: Prefix) -> Retry | Wait | Stop:
    """Decide how the job continues after a step has raised `error`.

    A defect in a step must not lose the job: the run is retried, and at last the job fails with a
    code that says that the portal is at fault.
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
    """Decide how the job continues after a failure of an upstream that no step handled.

    Unauthorized stops the job: more requests with the same credentials can get the portal's
    address banned, and waiting does not correct the credentials.
    """
    upstream = prefix(error.upstream)
    text = f"{error.upstream} {error.operation}: {error.message}"
    if isinstance(error, Unauthorized):
        return Stop(f"{upstream}-access-denied", text)
    if isinstance(error, Refused):
        return Stop(f"{upstream}-refused", text)
    if isinstance(error, OutcomeUnknown):
        # The next run looks whether the request took effect. The upstream may still be at work.
        return Retry(f"{upstream}-outcome-unknown", text, SETTLING_SECONDS)
    after = (error.retry_after or 0.0) if isinstance(error, Throttled) else 0.0
    if isinstance(error, CircuitOpen):
        return Wait(f"{upstream}-unavailable", text, after, upstream_down=True)
    return Retry(f"{upstream}-unavailable", text, after)
