"""How recently somebody must have given a password for what cannot be taken back.

A token that was refreshed keeps the `auth_time` of the sign-in it came from, so a stolen session
does not pass.
"""

from __future__ import annotations

from datetime import timedelta

FRESH = timedelta(minutes=5)
"""Spec, 4.5: reissues, top-ups and activation codes need a sign-in of the last five minutes."""


def is_fresh(auth_time: int, now: float) -> bool:
    """Whether a sign-in at `auth_time` is at most five minutes old; both are epoch seconds."""
    return now - auth_time <= FRESH.total_seconds()
