"""Sends requests to WHMCS, which does not recognise repeated requests.

The intent is recorded before the request leaves. After an unknown
outcome, two looks at least a minute apart must find nothing before it is sent again.
"""

from __future__ import annotations

from collections.abc import Callable

from portal.engine.failures import SETTLING_SECONDS, Postpone
from portal.engine.steps import Run

from functions.operations.topup.records import Request

BETWEEN_LOOKS = SETTLING_SECONDS
MOST_SENDS = 2


def sent_now(run: Run, before: Request | None) -> Request:
    """Return the record of a request that is sent now."""
    now, attempt = int(run.now()), run.job.attempt
    if before is None:
        return Request(attempt=attempt, first_at=now, sent_at=now)
    return Request(
        attempt=attempt, first_at=before.first_at, sent_at=now, sends=_sends(run, before) + 1
    )


def sent_too_often(run: Run, request: Request) -> bool:
    """Return whether a person must decide, because sending again would not help."""
    return _sends(run, request) >= MOST_SENDS


def found_nothing(run: Run, request: Request, save: Callable[[Request], None], what: str) -> None:
    """Raise Postpone unless an earlier look, at least a minute ago, found nothing, too."""
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
