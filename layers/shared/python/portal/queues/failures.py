"""What becomes of a message whose work failed, by what was raised.

| raised | reaction |
|---|---|
| `GiveUp`, Refused | give up: no repetition can help |
| `NotYet` | wait, at least so long |
| AllowanceUsedUp | wait for its renewal, longer than for anything else |
| Unauthorized | wait: a secret or grant is mended without the message |
| Throttled, Unavailable | wait: the other system is busy or down |
| OutcomeUnknown | retry, not before the other system has finished with the request |
| anything else | retry: it may be a defect of ours |

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
"""Longer than another system works on a request that nobody waits for any more."""


class GiveUp(Exception):
    """The work cannot succeed: `code` names why, the text holds ids at most."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class NotYet(Exception):
    """The work cannot begin before `seconds` from now, through nobody's fault."""

    def __init__(self, code: str, *, seconds: float) -> None:
        super().__init__(code)
        self.code = code
        self.seconds = seconds


class Reaction(StrEnum):
    """What becomes of the message."""

    GIVE_UP = "give up"
    RETRY = "retry"
    WAIT = "wait"


@dataclass(frozen=True)
class Failure:
    """Why the work failed and how it goes on.

    `after` is the least time until the next retry, in seconds; 0 when nothing is known. `text` and
    `upstream_code`, the other system's own code, are for logs.
    """

    reaction: Reaction
    code: str
    text: str
    after: float = 0.0
    upstream_code: str | None = None


def failure_of(error: Exception) -> Failure:
    """The failure that an exception stands for."""
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
