"""GET /subscriptions/{id}/esim: a credential, shown to whoever just gave the password."""

from __future__ import annotations

import pytest
from portal.domain.client_service import ServiceStatus
from portal.domain.esim import LineState, ProfileState
from portal.domain.upstream import Unavailable

from tests.events import USER_ID, claims
from tests.fakes.faults import Fault
from tests.fakes.subscriptions import service
from tests.unit.functions.subscriptions.world import (
    ESIM,
    INTERNET,
    LINE,
    SIGNED_IN,
    STRANGERS,
    World,
    slug,
)

PATH = f"/subscriptions/{ESIM}/esim"
LONG_AGO = SIGNED_IN - 3_600


def test_the_code_with_everything_that_installs_it(world: World) -> None:
    answer = world.get(PATH)
    assert answer.status == 200
    body = answer.json()
    lpa = "LPA:1$smdp.example.com$CODE-sub-1-0"
    assert body["lpa"] == lpa
    assert (body["smdpAddress"], body["matchingId"]) == ("smdp.example.com", "CODE-sub-1-0")
    assert body["confirmationCodeRequired"] is False
    assert body["qrSvg"].startswith("<svg xmlns=")
    assert body["appleLink"].startswith("https://esimsetup.apple.com/")
    assert body["androidLink"].startswith("https://esimsetup.android.com/")
    assert body["appleLink"].endswith(f"carddata={lpa}")
    assert answer.headers["cache-control"] == "no-store"


def test_each_look_is_recorded(world: World) -> None:
    world.get(PATH, headers={"X-Correlation-Id": "front-end.0001"})
    (view,) = world.views.views
    assert (view.service_id, view.line_id, view.user_id) == (ESIM, LINE, USER_ID)
    assert (view.auth_time, view.correlation_id) == (SIGNED_IN, "front-end.0001")
    assert view.at.timestamp() == world.clock()


def test_one_look_tells_everything_about_the_line(world: World) -> None:
    """Its state, its profile and its code's SIM. How often it was reissued does not matter."""
    world.get(PATH)
    assert world.faults.names == ["dynamodb find service", "esim get line", "esim profile"]


def test_without_the_record_there_is_no_code(world: World) -> None:
    world.views.failure = Unavailable("dynamodb", "PutItem", "down")
    answer = world.get(PATH)
    assert answer.status == 503
    assert "LPA" not in answer.body


def test_the_code_is_in_no_log(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.get(PATH)
    out = capsys.readouterr()
    assert "activation code shown" in out.out
    assert "CODE-sub-1-0" not in out.out + out.err


def test_an_older_sign_in_is_not_enough(world: World) -> None:
    answer = world.get(PATH, auth_time=LONG_AGO)
    assert (answer.status, slug(answer)) == (401, "reauthentication-required")
    assert world.views.views == []
    assert not any("esim" in name for name in world.faults.names)


@pytest.mark.parametrize(("minutes", "status"), [(0, 200), (59, 200), (61, 401), (600, 401)])
def test_within_an_hour_of_the_mail_the_page_shows_what_the_mail_shows(
    world: World, minutes: int, status: int
) -> None:
    world.mails.sent(LINE)
    world.clock.advance(60 * minutes)
    assert world.get(PATH, auth_time=LONG_AGO).status == status


def test_the_mail_of_another_line_opens_nothing(world: World) -> None:
    world.mails.sent("sub_2")
    assert world.get(PATH, auth_time=LONG_AGO).status == 401


@pytest.mark.parametrize("auth_time", [SIGNED_IN, LONG_AGO])
def test_what_is_not_the_callers_answers_like_what_does_not_exist(
    world: World, auth_time: int
) -> None:
    world.mails.sent("sub_2")
    another, none = (
        world.get(f"/subscriptions/{number}/esim", auth_time=auth_time)
        for number in (STRANGERS, 999)
    )
    assert (another.status, slug(another)) == (404, "not-found")
    left, right = another.json(), none.json()
    left.pop("instance"), right.pop("instance")
    assert left == right
    assert world.faults.names == []


def test_a_service_without_an_esim_has_no_code(world: World) -> None:
    assert slug(world.get(f"/subscriptions/{INTERNET}/esim")) == "not-found"


@pytest.mark.parametrize(
    ("profile", "reason"),
    [(ProfileState.ENABLED, "already-installed"), (ProfileState.DELETED, "already-installed")],
)
def test_a_used_up_code_is_not_shown(world: World, profile: ProfileState, reason: str) -> None:
    world.esim.profiles[LINE] = profile
    answer = world.get(PATH)
    assert (answer.status, slug(answer)) == (409, "esim-code-unavailable")
    assert answer.json()["reason"] == reason
    assert world.views.views == []


def test_a_service_that_is_suspended_shows_no_code(world: World) -> None:
    world.is_now(service(ESIM, status=ServiceStatus.SUSPENDED))
    assert world.get(PATH).json()["reason"] == "service-not-active"


def test_a_line_without_a_code_yet_is_asked_for_again(world: World) -> None:
    world.esim.polls = 9
    world.has_line(ESIM, LINE, LineState.PENDING)
    assert world.get(PATH).json()["reason"] == "line-pending"


def test_a_provider_that_is_down_is_said_so(world: World) -> None:
    world.faults.always = lambda name: Fault.UNAVAILABLE if name.startswith("esim") else None
    answer = world.get(PATH)
    assert answer.json()["reason"] == "provider-unavailable"


def test_ten_looks_an_hour(world: World) -> None:
    answers = [world.get(PATH) for _ in range(11)]
    assert [answer.status for answer in answers] == [200] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert len(world.views.views) == 10


def test_a_flood_of_foreign_numbers_is_limited_too(world: World) -> None:
    answers = [world.get(f"/subscriptions/{number}/esim") for number in range(900, 911)]
    assert [answer.status for answer in answers] == [404] * 10 + [429]


def test_nobody_comes_in_without_an_id_token(world: World) -> None:
    assert world.get(PATH, user=claims(token_use="access")).status == 401
