"""The reaction to a failed message, by the exception that its work raised.

| raised | reaction |
|---|---|
| `GiveUp`, Refused | give up, because a retry cannot help |
| `NotYet` | wait for at least the named time |
| AllowanceUsedUp | wait until the allowance is renewed, for up to a month |
| Unauthorized | wait until an operator has corrected a secret or a grant |
| Throttled, Unavailable | wait, because the other system is busy or down |
| OutcomeUnknown | retry after the other system has finished with the request |
| anything else | retry, because the portal may have a defect |

A wait does not count as a run, because the other system's state says nothing about the message.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from portal.domain.upstream import (
    AllowanceUsedUp,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
    UpstreamError,
)

SETTLING_SECONDS = 60.0
"""Seconds before the retry of a request without an answer.

They are more than another system needs to finish a request whose caller has gone.
"""


class GiveUp(Exception):
    """The work cannot succeed. `code` names the reason. The text must hold no personal data."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class NotYet(Exception):
    """The work has to wait for `seconds` from now, for a reason that is not a failure."""

    def __init__(self, code: str, *, seconds: float) -> None:
        super().__init__(code)
        self.code = code
        self.seconds = seconds


class Reaction(StrEnum):
    """How the consumer reacts to a failure."""

    GIVE_UP = "give up"
    RETRY = "retry"
    WAIT = "wait"


@dataclass(frozen=True)
class Failure:
    """The reason of a failure and the reaction to it.

    `after` is the least number of seconds until the next run; 0 when nothing is known. `text` and
    `upstream_code`, the other system's own code, are for logs.
    """

    reaction: Reaction
    code: str
    text: str
    after: float = 0.0
    upstream_code: str | None = None


def failure_of(error: Exception) -> Failure:
    """Return the failure that an exception stands for."""
    if isinstance(error, GiveUp):
        return Failure(Reaction.GIVE_UP, error.code, str(error))
    if isinstance(error, NotYet):
        return Failure(Reaction.WAIT, error.code, str(error), error.seconds)
    if isinstance(error, UpstreamError):
        return replace(_of_upstream(error), upstream_code=error.code)
    return Failure(Reaction.RETRY, "internal-error", type(error).__name__)


def _of_upstream(error: UpstreamError) -> Failure:
    upstream, text = error.upstream, str(error)
    if isinstance(error, Unauthorized):
        return Failure(Reaction.WAIT, f"{upstream}-access-denied", text)
    if isinstance(error, Refused):
        return Failure(Reaction.GIVE_UP, f"{upstream}-refused", text)
    if isinstance(error, OutcomeUnknown):
        return Failure(Reaction.RETRY, f"{upstream}-outcome-unknown", text, SETTLING_SECONDS)
    after = (error.retry_after or 0.0) if isinstance(error, Throttled) else 0.0
    if isinstance(error, AllowanceUsedUp):
        return Failure(Reaction.WAIT, f"{upstream}-allowance-used-up", text, after)
    if isinstance(error, Unavailable):
        return Failure(Reaction.WAIT, f"{upstream}-unavailable", text, after)
    return Failure(Reaction.RETRY, f"{upstream}-failed", text)
