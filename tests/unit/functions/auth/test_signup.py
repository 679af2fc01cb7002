"""POST /auth/signup: what is checked, what is made, who wins."""

from __future__ import annotations

from typing import Any

import pytest
from portal.domain.limits import Limit
from portal.domain.mail import MailTemplate
from portal.domain.problems import (
    CUSTOMER_ALREADY_REGISTERED,
    EMAIL_ALREADY_REGISTERED,
    IN_PROGRESS,
    Problem,
)
from portal.domain.upstream import OutcomeUnknown, Unavailable
from portal.ports.clients import FieldRefused

from tests.events import Answer
from tests.fakes.accounts import account
from tests.fakes.users import LEAKED
from tests.fakes.wires import Strike
from tests.unit.functions.auth.world import EMAIL, PASSWORD, World, signup_body

OTHER_ACCOUNT = "001000000000102AAA"


def slug(answer: Answer) -> str:
    return str(answer.json()["type"]).rpartition("/")[2]


def pointers(answer: Answer) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]


def test_a_customer_gets_an_account_everywhere(world: World) -> None:
    answer = world.signup(dateOfBirth="1990-02-03", gender="female", marketingOptIn=True)
    assert answer.status == 201, answer.body
    body = answer.json()
    assert body == {"userId": body["userId"], "email": EMAIL, "sfNumber": "CN-000101"}
    mapping = world.identity.mappings[body["userId"]]
    (client,) = world.clients.clients
    assert (mapping.whmcs_client_id, mapping.sf_account_id) == (
        client.client_id,
        "001000000000101AAA",
    )
    assert client.details is not None
    assert client.details.gender == "Female"
    assert client.details.marketing_opt_in
    (welcome,) = world.mails(MailTemplate.WELCOME)
    assert welcome.user_id == body["userId"]
    assert world.login().status == 200
    assert world.me(body["userId"]).json()["mapping"]["state"] == "complete"


def test_the_budget_is_one_salesforce_and_two_whmcs_calls(world: World) -> None:
    assert world.signup().status == 201
    assert world.accounts.calls == 1
    assert world.clients.calls == ["GetClientsDetails", "AddClient"]


def test_the_password_goes_to_cognito_and_nowhere_else(world: World) -> None:
    world.signup()
    elsewhere = repr(
        [
            world.clients.clients,
            [vars(c.details) for c in world.clients.clients if c.details],
            world.identity.records,
            world.identity.mappings,
            world.mail_queue.jobs,
            world.case_jobs.jobs,
        ]
    )
    assert PASSWORD not in elsewhere


@pytest.mark.parametrize(
    ("header", "language"),
    [("ja,en;q=0.8", "ja"), ("en-GB,ja;q=0.2", "en"), ("", "en"), ("fr", "en"), ("*;q=x", "en")],
)
def test_mails_come_in_the_browsers_language(world: World, header: str, language: str) -> None:
    answer = world.post("signup", signup_body(), headers={"Accept-Language": header})
    assert world.identity.mappings[answer.json()["userId"]].language == language


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"email": "no address"}, "/email"),
        ({"email": "taro@localhost"}, "/email"),
        ({"email": "太郎@example.com"}, "/email"),
        ({"phone": "09012345678"}, "/phone"),
        ({"phone": "+8190123"}, "/phone"),
        ({"phone": "+81abc"}, "/phone"),
        ({"sfNumber": "x"}, "/sfNumber"),
        ({"sfNumber": "CN' OR 1=1"}, "/sfNumber"),
        ({"sfNumber": None}, "/sfNumber"),
        ({"firstName": "  "}, "/firstName"),
        ({"firstName": "<b>Taro</b>"}, "/firstName"),
        ({"firstName": "12"}, "/firstName"),
        ({"lastName": "Ya\u0000mada"}, "/lastName"),
        ({"lastName": "x" * 65}, "/lastName"),
        ({"nationality": "ZZ"}, "/nationality"),
        ({"dateOfBirth": "2999-01-01"}, "/dateOfBirth"),
        ({"dateOfBirth": "1820-01-01"}, "/dateOfBirth"),
        ({"dateOfBirth": "1990-02-30"}, "/dateOfBirth"),
        ({"dateOfBirth": 12345}, "/dateOfBirth"),
        ({"gender": "F"}, "/gender"),
        ({"marketingOptIn": "perhaps"}, "/marketingOptIn"),
        ({"isAdmin": True}, "/isAdmin"),
        ({"password": ""}, "/password"),
    ],
)
def test_bad_values_are_named(world: World, changes: dict[str, Any], pointer: str) -> None:
    answer = world.signup(**changes)
    assert (answer.status, slug(answer)) == (422, "invalid-request")
    assert pointers(answer) == [pointer]
    assert world.accounts.calls == 0


@pytest.mark.parametrize(
    ("changes", "status", "pointer"),
    [
        ({"country": "HK", "postcode": None}, 201, None),
        ({"country": "HK"}, 201, None),
        ({"country": "JP", "postcode": None}, 422, "/address/postcode"),
        ({"country": "JP", "postcode": "<100>"}, 422, "/address/postcode"),
        ({"country": "jp"}, 201, None),
        ({"country": "Japan"}, 422, "/address/country"),
        ({"city": ""}, 422, "/address/city"),
        ({"city": "x" * 41}, 422, "/address/city"),
        ({"state": "x" * 81}, 422, "/address/state"),
        ({"region": "Kanto"}, 422, "/address/region"),
    ],
)
def test_addresses(world: World, changes: dict[str, Any], status: int, pointer: str | None) -> None:
    address = {k: v for k, v in {**signup_body()["address"], **changes}.items() if v is not None}
    answer = world.signup(address=address)
    assert answer.status == status, answer.body
    if pointer is not None:
        assert pointers(answer) == [pointer]
    else:
        details = world.clients.clients[0].details
        assert details is not None
        assert details.country == changes["country"].upper()


@pytest.mark.parametrize(
    "name",
    ["María José", "O'Neill", "Müller-Lüdenscheidt", "Нина", "محمد", "ゆうこ", "李", "Ng 3rd"],
)
def test_names_of_any_script_are_names(world: World, name: str) -> None:
    answer = world.signup(firstName=name)
    assert answer.status == 201, answer.body


def test_spellings_of_one_address_are_one_address(world: World) -> None:
    assert world.signup(email="  Taro@EXAMPLE.com ").json()["email"] == EMAIL


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("short", ["too-short", "no-uppercase", "no-digit"]),
        ("alllowercase", ["no-uppercase", "no-digit"]),
        ("ALLUPPERCASE1", ["no-lowercase"]),
        (" Sakura-2026 ", ["outer-space"]),
        ("Sakura-taro-2026", ["contains-email"]),
    ],
)
def test_passwords_are_told_rule_by_rule(world: World, password: str, codes: list[str]) -> None:
    answer = world.signup(password=password)
    assert (answer.status, slug(answer)) == (422, "password-refused")
    errors = answer.json()["errors"]
    assert [e["code"] for e in errors] == [f"password-{code}" for code in codes]
    assert {e["pointer"] for e in errors} == {"/password"}
    assert not world.users.by_id


def test_a_password_that_only_cognito_refuses_undoes_the_signup(world: World) -> None:
    answer = world.signup(password=LEAKED)
    assert slug(answer) == "password-refused"
    assert not world.users.by_id
    assert not world.identity.records
    assert world.signup().status == 201


def test_unknown_customer_number(world: World) -> None:
    answer = world.signup(sfNumber="CN-999999")
    assert (answer.status, slug(answer)) == (422, "customer-number-unknown")
    assert pointers(answer) == ["/sfNumber"]
    assert not world.identity.records


def test_an_address_with_a_client_must_link_and_nothing_stays(world: World) -> None:
    world.clients.add(EMAIL, "CN-000101")
    answer = world.signup()
    assert (answer.status, slug(answer)) == (409, "whmcs-account-exists")
    assert not world.users.by_id
    assert not world.identity.records
    assert not world.identity.emails
    assert not world.identity.accounts


def test_a_whmcs_user_without_a_client_must_link_too(world: World) -> None:
    world.clients.add(EMAIL)
    world.clients.clients.clear()
    answer = world.signup()
    assert slug(answer) == "whmcs-account-exists"
    assert not world.identity.records


def test_a_value_that_whmcs_refuses_is_named(world: World) -> None:
    world.wires.strikes = [Strike(FieldRefused("phone"), "clients.create")]
    answer = world.signup()
    assert (answer.status, pointers(answer)) == (422, ["/phone"])
    assert not world.identity.records
    assert world.signup().status == 201


def test_an_account_has_one_user(world: World) -> None:
    assert world.signup().status == 201
    answer = world.signup(email="other@example.com")
    assert (answer.status, slug(answer)) == (409, "customer-already-registered")
    assert len(world.users.by_id) == 1


def test_an_address_has_one_user(world: World) -> None:
    world.accounts.accounts.append(account("CN-000102", id=OTHER_ACCOUNT))
    assert world.signup().status == 201
    answer = world.signup(sfNumber="CN-000102")
    assert (answer.status, slug(answer)) == (409, "email-already-registered")


def test_the_same_signup_again_is_the_same_account_for_who_knows_the_password(
    world: World,
) -> None:
    first = world.signup()
    assert world.signup().json() == first.json()
    assert all(not user.sessions for user in world.users.by_id.values())
    answer = world.signup(password="Another-pass-2026")
    assert (answer.status, slug(answer)) == (409, "customer-already-registered")
    world.clock.advance(86_401)
    assert world.signup().status == 409
    assert len(world.mails(MailTemplate.WELCOME)) == 1


def test_a_second_request_at_the_same_time_loses_with_the_right_word(world: World) -> None:
    world.accounts.accounts.append(account("CN-000102", id=OTHER_ACCOUNT))
    problems: list[Problem] = []
    create = world.clients.create

    def meanwhile(details: Any) -> int:
        world.clients.create = create  # type: ignore[method-assign]  # only once
        problems.append(world.refused_signup())
        problems.append(world.refused_signup(email="other@example.com"))
        problems.append(world.refused_signup(sfNumber="CN-000102"))
        return create(details)

    world.clients.create = meanwhile  # type: ignore[method-assign]  # in the middle of a signup
    assert world.signup().status == 201
    assert [(p.type, p.retry_after) for p in problems] == [
        (IN_PROGRESS, 60),
        (CUSTOMER_ALREADY_REGISTERED, 900),
        (EMAIL_ALREADY_REGISTERED, 900),
    ]
    assert len(world.clients.clients) == len(world.users.by_id) == 1


def test_a_client_that_arrives_late_is_found_and_never_made_again(world: World) -> None:
    world.clients.hold = True
    first = world.signup()
    assert (first.status, slug(first)) == (504, "outcome-unknown")
    world.clock.advance(20)
    second = world.signup()
    assert (second.status, second.headers["retry-after"]) == (504, "40")
    assert world.clients.calls.count("AddClient") == 1
    world.clients.arrive()
    assert world.signup().status == 201
    assert world.clients.calls.count("AddClient") == 1
    world.assert_consistent()


def test_a_client_that_never_arrived_is_made_when_its_call_must_have_ended(world: World) -> None:
    world.clients.hold = True
    world.signup()
    world.clients.hold = False
    world.clock.advance(61)
    assert world.signup().status == 201
    assert len(world.clients.clients) == 1


def test_a_client_that_arrives_between_look_up_and_second_try_is_adopted(world: World) -> None:
    world.clients.hold = True
    world.signup()
    world.clients.hold = False
    world.clock.advance(61)
    create = world.clients.create

    def late(details: Any) -> int:
        world.clients.arrive()
        return create(details)

    world.clients.create = late  # type: ignore[method-assign]  # the first call commits now
    assert world.signup().status == 201
    assert len(world.clients.clients) == 1


def test_somebody_elses_client_that_appears_meanwhile_is_not_taken(world: World) -> None:
    world.clients.hold = True
    world.signup()
    world.clients.add(EMAIL, "CN-777777")
    assert slug(world.signup()) == "whmcs-account-exists"
    assert not world.identity.records


def test_an_abandoned_signup_whose_client_exists_is_finished_for_its_owner(world: World) -> None:
    world.wires.strikes = [Strike(Unavailable("dynamodb", "T", ""), "registrations.complete")]
    assert world.signup().status == 503
    world.clock.advance(901)
    answer = world.signup(email="other@example.com")
    assert slug(answer) == "customer-already-registered"
    assert len(world.clients.clients) == 1
    assert world.login().status == 200
    assert len(world.mails(MailTemplate.WELCOME)) == 1
    world.assert_consistent()


def test_an_abandoned_signup_without_a_client_gives_way(world: World) -> None:
    world.clients.hold = True
    assert world.signup().status == 504
    world.clients.hold = False
    early = world.signup(email="other@example.com")
    assert (slug(early), early.headers["retry-after"]) == ("customer-already-registered", "900")
    world.clock.advance(901)
    assert world.signup(email="other@example.com").status == 201
    assert [u.email for u in world.users.by_id.values()] == ["other@example.com"]
    assert len(world.clients.clients) == 1
    world.assert_consistent()


def test_who_began_an_unfinished_signup_keeps_no_session_on_it(world: World) -> None:
    """A stranger with the same number and address signs in before the owner completes."""
    world.wires.strikes = [Strike(Unavailable("whmcs", "G", ""), "clients.by_email")]
    assert world.signup(password="Stranger-pass-1").status == 503
    stolen = world.login(password="Stranger-pass-1").json()
    assert world.signup().status == 201
    refused = world.post("refresh", {"refreshToken": stolen["refreshToken"]})
    assert refused.status == 401
    (user_id,) = world.identity.mappings
    assert user_id not in stolen["accessToken"]


@pytest.mark.parametrize(
    ("crm_email", "cases"),
    [("Taro@Example.com ", 0), ("old@example.com", 1), (None, 1)],
)
def test_a_case_is_opened_once_when_the_addresses_differ(
    world: World, crm_email: str | None, cases: int
) -> None:
    world.accounts.accounts[0] = account(email=crm_email)
    assert world.signup().status == 201
    world.work_off_cases()
    assert len(world.desk.cases) == cases


def test_the_welcome_mail_is_not_forgotten_when_the_queue_was_down(world: World) -> None:
    world.wires.strikes = [Strike(Unavailable("sqs", "Send", ""), "mail_queue.put")]
    answer = world.signup()
    assert (answer.status, slug(answer)) == (503, "upstream-unavailable")
    assert world.signup().status == 201
    assert len(world.mails(MailTemplate.WELCOME)) == 1


def test_a_cognito_user_of_somebody_who_is_mapped_is_never_touched(world: World) -> None:
    first = world.signup().json()["userId"]
    world.identity.emails.pop(EMAIL)
    world.identity.records.clear()
    world.accounts.accounts.append(account("CN-000102", id=OTHER_ACCOUNT))
    answer = world.signup(sfNumber="CN-000102")
    assert slug(answer) == "email-already-registered"
    assert list(world.users.by_id) == [first]


@pytest.mark.parametrize(
    ("limit", "changes"),
    [("signup.ip", {"sfNumber": "CN-000102"}), ("signup.customer-number", {"email": "b@x.org"})],
)
def test_limits(world: World, limit: str, changes: dict[str, Any]) -> None:
    world.limits[limit] = Limit(1, 600)
    world.accounts.accounts.append(account("CN-000102", id=OTHER_ACCOUNT))
    assert world.signup().status == 201
    answer = world.signup(**changes)
    assert (answer.status, slug(answer)) == (429, "rate-limited")
    assert 1 <= int(answer.headers["retry-after"]) <= 600
    world.clock.advance(int(answer.headers["retry-after"]))
    assert world.signup(**changes).status == 409 or world.signup(**changes).status == 201


def test_a_slow_first_attempt_that_lost_its_lease_stops(world: World) -> None:
    create = world.users.create

    def slow(email: str) -> str:
        world.users.create = create  # type: ignore[method-assign]  # only once
        world.clock.advance(61)
        world.run_signup(password="Second-pass-2026")
        return create("shadow@example.com")

    world.users.create = slow  # type: ignore[method-assign]  # the first attempt hangs here
    answer = world.signup()
    assert (answer.status, slug(answer)) == (409, "in-progress")
    assert len(world.clients.clients) == 1
    world.assert_consistent()


def test_unknown_outcome_of_the_look_up_after_addclient_is_told_as_such(world: World) -> None:
    world.clients.hold = True
    world.wires.strikes = [Strike(OutcomeUnknown("whmcs", "G", ""), "clients.by_email", nth=2)]
    assert world.signup().status == 504
