"""Who signed in just now may go on; everybody else is asked for the password."""

from __future__ import annotations

import pytest
from portal.api.app import App
from portal.api.principal import CurrentUser, Principal, require_recent_sign_in
from portal.domain.problems import Problem

from tests.events import call, claims, rest_event

NOW = 1_790_000_300

app = App("test")


@app.post("/things", signed_in=True)
def things(user: CurrentUser) -> dict[str, str]:
    require_recent_sign_in(user, NOW)
    return {"userId": user.user_id}


def signed_in(auth_time: int) -> Principal:
    return Principal(user_id="u", email="", auth_time=auth_time)


@pytest.mark.parametrize("age", [0, 1, 299, 300, -3])
def test_a_sign_in_of_the_last_five_minutes_is_enough(age: int) -> None:
    require_recent_sign_in(signed_in(NOW - age), NOW)


@pytest.mark.parametrize("auth_time", [NOW - 301, NOW - 86_400, 0])
def test_an_older_one_is_not(auth_time: int) -> None:
    with pytest.raises(Problem) as caught:
        require_recent_sign_in(signed_in(auth_time), NOW)
    assert caught.value.type.slug == "reauthentication-required"


@pytest.mark.parametrize("auth_time", ["1790000000", "1790000300"])
def test_fresh_claims_pass(auth_time: str) -> None:
    answer = call(app.handler, rest_event("POST", "/things", user=claims(auth_time=auth_time)))
    assert answer.status == 200


@pytest.mark.parametrize("auth_time", ["1789999999", "", "soon"])
def test_the_answer_tells_how_old_a_sign_in_may_be(auth_time: str) -> None:
    answer = call(app.handler, rest_event("POST", "/things", user=claims(auth_time=auth_time)))
    assert answer.status == 401
    assert answer.json()["type"].endswith("/reauthentication-required")
    assert answer.headers["www-authenticate"] == (
        'Bearer error="insufficient_user_authentication", max_age="300"'
    )
