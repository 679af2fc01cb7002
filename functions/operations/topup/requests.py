"""Sending to WHMCS what it cannot recognise when it comes again.

The intent is recorded before the request leaves. After an answer that cannot be trusted, two looks
at least a minute apart must both find nothing before it is sent once more.
"""

from __future__ import annotations

from collections.abc import Callable

from portal.engine.failures import SETTLING_SECONDS, Postpone
from portal.engine.steps import Run

from functions.operations.topup.records import Request

BETWEEN_LOOKS = SETTLING_SECONDS
MOST_SENDS = 2


def sent_now(run: Run, before: Request | None) -> Request:
    """The record of a request that leaves now."""
    now, attempt = int(run.now()), run.job.attempt
    if before is None:
        return Request(attempt=attempt, first_at=now, sent_at=now)
    return Request(
        attempt=attempt, first_at=before.first_at, sent_at=now, sends=_sends(run, before) + 1
    )


def sent_too_often(run: Run, request: Request) -> bool:
    """Whether it is a person's turn: sending it once more would not settle anything."""
    return _sends(run, request) >= MOST_SENDS


def found_nothing(run: Run, request: Request, save: Callable[[Request], None], what: str) -> None:
    """A look found nothing: raise Postpone unless an earlier look did, a minute ago."""
    since = -1.0 if request.looked_at is None else run.now() - request.looked_at
    if since < 0:  # the first look, or the clock was set back
        save(request.model_copy(update={"looked_at": int(run.now())}))
        since = 0.0
    if since < BETWEEN_LOOKS:
        raise Postpone(
            "whmcs-outcome-unknown",
            f"It is not certain whether {what} took effect.",
            seconds=BETWEEN_LOOKS - since,
        )


def _sends(run: Run, request: Request) -> int:
    return request.sends if request.attempt == run.job.attempt else 0
