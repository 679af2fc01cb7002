"""Who is calling, and when they last showed their password."""

from __future__ import annotations

import pytest
from portal.api.app import App
from portal.api.principal import (
    CurrentUser,
    Principal,
    recently_signed_in,
    require_recent_sign_in,
)

from tests.events import call, claims, rest_event

NOW = 1_790_000_000.0
app = App("test")


@app.post("/guarded", signed_in=True)
def guarded(user: CurrentUser) -> dict[str, str]:
    require_recent_sign_in(user, NOW)
    return {"userId": user.user_id}


@pytest.mark.parametrize(
    ("ago", "recent"), [(0, True), (299, True), (300, True), (301, False), (-5, True)]
)
def test_five_minutes(ago: int, recent: bool) -> None:
    user = Principal(user_id="u", email="", auth_time=int(NOW) - ago)
    assert recently_signed_in(user, NOW) is recent


def test_an_old_sign_in_is_challenged() -> None:
    answer = call(app.handler, rest_event("POST", "/guarded", user=claims(auth_time="1789999000")))
    assert answer.status == 401
    assert answer.json()["type"].endswith("/reauthentication-required")
    challenge = 'Bearer error="insufficient_user_authentication", max_age="300"'
    assert answer.headers["www-authenticate"] == challenge


@pytest.mark.parametrize("auth_time", ["", "never", "-1"])
def test_a_token_that_does_not_say_when_is_old(auth_time: str) -> None:
    event = rest_event("POST", "/guarded", user=claims(auth_time=auth_time))
    assert call(app.handler, event).status == 401


def test_a_recent_sign_in_passes() -> None:
    event = rest_event("POST", "/guarded", user=claims(auth_time="1789999900"))
    assert call(app.handler, event).status == 200
