"""Password reset and change."""

from __future__ import annotations

import pytest
from portal.domain.limits import Limit
from portal.domain.mail import MailTemplate
from portal.domain.upstream import OutcomeUnknown, Unavailable

from tests.events import Answer, claims
from tests.fakes.users import LEAKED
from tests.fakes.wires import Strike
from tests.unit.functions.auth.test_signup import slug
from tests.unit.functions.auth.world import EMAIL, PASSWORD, World

NEW = "Ueno-Sakura-2027"


@pytest.fixture
def member(world: World) -> World:
    """Somebody has signed up."""
    assert world.signup().status == 201
    world.wires.trace.clear()
    return world


def user_id(world: World) -> str:
    (found,) = world.identity.mappings
    return found


def ask(world: World, email: str = EMAIL) -> Answer:
    return world.post("request-password-reset", {"email": email})


def reset(world: World, token: str, password: str = NEW) -> Answer:
    return world.post("reset-password", {"token": token, "newPassword": password})


def change(world: World, current: str = PASSWORD, new: str = NEW) -> Answer:
    body = {"currentPassword": current, "newPassword": new}
    return world.post("change-password", body, user=claims(user_id(world)))


def test_the_job_names_the_user_and_carries_no_token_and_no_address(member: World) -> None:
    assert ask(member, " TARO@example.com").status == 202
    (job,) = member.mails(MailTemplate.PASSWORD_RESET)
    assert job.user_id == user_id(member)
    assert job.parameters == {}
    assert not member.tokens.tokens


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com", "not an address"])
def test_every_address_is_the_same_work_and_the_same_answer(member: World, email: str) -> None:
    answer = ask(member, email)
    assert (answer.status, answer.body) == (202, "")
    assert member.wires.trace == ["mail_queue.put"]
    (job,) = member.mails(MailTemplate.PASSWORD_RESET)
    assert len(job.user_id) == len(user_id(member))
    assert (job.user_id == user_id(member)) is (email == EMAIL)


def test_an_unfinished_signup_gets_no_reset_mail(world: World) -> None:
    world.clients.hold = True
    assert world.signup().status == 504
    assert ask(world).status == 202
    (job,) = world.mails(MailTemplate.PASSWORD_RESET)
    assert job.user_id not in world.users.by_id


def test_asking_is_limited_per_account(member: World) -> None:
    assert [ask(member).status for _ in range(4)] == [202, 202, 202, 429]
    assert [ask(member, "nobody@example.com").status for _ in range(4)] == [202, 202, 202, 429]


def test_a_token_sets_the_password_and_ends_every_session(member: World) -> None:
    session = member.login().json()["refreshToken"]
    token = member.tokens.issue(user_id(member))
    answer = reset(member, token)
    assert (answer.status, answer.body) == (204, "")
    assert member.login().status == 401
    assert member.post("refresh", {"refreshToken": session}).status == 401
    assert member.login(password=NEW).status == 200
    (notice,) = member.mails(MailTemplate.PASSWORD_CHANGED)
    assert notice.user_id == user_id(member)
    assert token not in notice.model_dump_json()


def test_a_token_works_once_and_takes_the_others_with_it(member: World) -> None:
    first, second = (member.tokens.issue(user_id(member)) for _ in range(2))
    assert reset(member, second).status == 204
    for token in (second, first, "garbage"):
        answer = reset(member, token, "Another-pass-2027")
        assert (answer.status, slug(answer)) == (422, "invalid-reset-token")
    assert member.login(password=NEW).status == 200


def test_a_token_works_for_thirty_minutes(member: World) -> None:
    token = member.tokens.issue(user_id(member))
    member.clock.advance(1800)
    assert slug(reset(member, token)) == "invalid-reset-token"


@pytest.mark.parametrize("password", ["short", LEAKED])
def test_a_refused_password_does_not_cost_the_token(member: World, password: str) -> None:
    token = member.tokens.issue(user_id(member))
    assert slug(reset(member, token, password)) == "password-refused"
    assert reset(member, token).status == 204


@pytest.mark.parametrize("method", ["set_password", "sign_out_everywhere"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_failure_does_not_cost_the_token(member: World, method: str, *, after: bool) -> None:
    session = member.login().json()["refreshToken"]
    token = member.tokens.issue(user_id(member))
    member.wires.strikes = [
        Strike(OutcomeUnknown("cognito", "x", ""), f"users.{method}", after=after)
    ]
    assert reset(member, token).status == 504
    assert reset(member, token).status == 204
    assert reset(member, token).status == 422
    assert member.post("refresh", {"refreshToken": session}).status == 401
    assert member.login(password=NEW).status == 200


def test_resetting_is_limited_per_address(member: World) -> None:
    member.limits["reset-password.ip"] = Limit(2, 60)
    assert [reset(member, f"guess-{n}").status for n in range(3)] == [422, 422, 429]


def test_changing_needs_the_current_password(member: World) -> None:
    answer = change(member, current="wrong")
    assert (answer.status, slug(answer)) == (401, "invalid-credentials")
    assert member.login().status == 200
    assert not member.mails(MailTemplate.PASSWORD_CHANGED)


def test_changing_ends_every_session_and_voids_reset_links(member: World) -> None:
    session = member.login().json()["refreshToken"]
    token = member.tokens.issue(user_id(member))
    assert change(member).status == 204
    assert not member.users.by_id[user_id(member)].sessions
    assert member.post("refresh", {"refreshToken": session}).status == 401
    assert reset(member, token, "Third-pass-2027").status == 422
    assert member.login().status == 401
    assert member.login(password=NEW).status == 200
    assert len(member.mails(MailTemplate.PASSWORD_CHANGED)) == 1


@pytest.mark.parametrize(
    ("new", "code"), [("short", "password-too-short"), (PASSWORD, "password-unchanged")]
)
def test_changing_to_a_bad_password(member: World, new: str, code: str) -> None:
    answer = change(member, new=new)
    assert slug(answer) == "password-refused"
    assert answer.json()["errors"][0]["code"] == code
    assert answer.json()["errors"][0]["pointer"] == "/newPassword"


def test_changing_is_limited(member: World) -> None:
    statuses = [change(member, current="guess").status for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def test_changing_needs_a_bearer_token(member: World) -> None:
    body = {"currentPassword": PASSWORD, "newPassword": NEW}
    assert member.post("change-password", body).status == 401


def test_a_change_whose_sessions_could_not_be_ended_says_so(member: World) -> None:
    error = Unavailable("cognito", "AdminUserGlobalSignOut", "")
    member.wires.strikes = [Strike(error, "users.sign_out_everywhere")]
    answer = change(member)
    assert answer.status == 503
    assert "password is changed" in answer.json()["detail"]
    assert member.login(password=NEW).status == 200


def test_a_lost_notice_does_not_undo_a_change(member: World) -> None:
    member.mail_queue.failure = Unavailable("sqs", "SendMessageBatch", "")
    assert change(member).status == 204
    assert member.login(password=NEW).status == 200
