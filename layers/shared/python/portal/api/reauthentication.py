"""Endpoints that ask for the password again: the token must come from a sign-in just now.

A new POST /auth/login renews `auth_time`; POST /auth/refresh does not.
"""

from __future__ import annotations

from portal.api.principal import Principal
from portal.domain.fresh_sign_in import FRESH, is_fresh
from portal.domain.problems import REAUTHENTICATION_REQUIRED, Problem

MAX_AGE_SECONDS = int(FRESH.total_seconds())


def require_fresh_sign_in(user: Principal, now: float) -> None:
    """Raise Problem `reauthentication-required` unless the caller signed in just now.

    `now` is epoch seconds.
    """
    if not is_fresh(user.auth_time, now):
        raise Problem(
            REAUTHENTICATION_REQUIRED,
            f"Sign in with POST /auth/login and repeat this within {MAX_AGE_SECONDS} seconds.",
        )
