"""POST /auth/signup is killed at every call and repeated: one of everything, and a login."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from local.demo.people import OCONNOR, PASSWORD, SATO, Person
from tests.events import Answer, rest_event
from tests.integration.kill.calls import Strike
from tests.integration.kill.counting import Tally
from tests.integration.kill.installation import Installation
from tests.integration.kill.lanes import Case, Lane
from tests.integration.kill.points import Point, points
from tests.integration.kill.requests_repeated import Repeated

pytestmark = pytest.mark.stack

SIGNUP = "functions.auth.signup"
CASE_WORKER = "functions.auth.case_worker"
PEOPLE = {"address known to Salesforce": SATO, "another address": OCONNOR}
BOTOCORE_TRIES = 3


@pytest.mark.parametrize("who", PEOPLE)
def test_every_call_of_a_signup(lane: Lane, tally: Tally, who: str) -> None:
    person = PEOPLE[who]
    request = signing_up(lane, person)
    calls = request.calls(_is_created)
    found = list(points(calls, lane.installation, departures=person is OCONNOR))
    assert_signed_up(lane, person)
    tally.run("signup kills", _killed(found, person, who))


@pytest.mark.parametrize("how", ["throttle", "lose"])
def test_every_aws_call_of_a_signup_fails(lane: Lane, tally: Tally, how: Any) -> None:
    calls = signing_up(lane, OCONNOR).calls(_is_created)
    cases: list[Case] = []
    for call in calls:
        if call.kind == "aws":
            strike = Strike(call=call.number, how=how, times=BOTOCORE_TRIES)
            name = f"signup: {call.number:02d} {call.name}, {how}"
            cases.append((name, partial(once_though_aws_failed, strike=strike)))
    tally.run("failures", cases)


def signing_up(lane: Lane, person: Person) -> Repeated:
    """A fresh world and the request."""
    lane.installation.reset()
    lane.installation.seed({}, lambda _: None)
    event = rest_event("POST", "/auth/signup", body=person.signup())
    return Repeated(lane, SIGNUP, event)


def _killed(found: list[Point], person: Person, who: str) -> Iterator[Case]:
    for point in found:
        case = partial(once_though_killed, person=person, point=point)
        yield f"signup, {who}: {point.name}", case


def once_though_killed(lane: Lane, *, person: Person, point: Point) -> None:
    request = signing_up(lane, person)
    request.kill_at(point)
    _is_created(request.until_answered())
    assert_signed_up(lane, person, offset=request.offset)


def once_though_aws_failed(lane: Lane, *, strike: Strike) -> None:
    request = signing_up(lane, OCONNOR)
    request.send(strike=strike)
    _is_created(request.until_answered())
    assert_signed_up(lane, OCONNOR, offset=request.offset)


def _is_created(answer: Answer) -> None:
    assert answer.status == 201, answer.body


def assert_signed_up(lane: Lane, person: Person, *, offset: float = 0.0) -> None:
    """One user who can sign in, one client, one mapping, one welcome mail, one Case if due."""
    installation = lane.installation
    user_id = _check_user(installation, person)
    client_id = _check_client(installation, person)
    identity = installation.table("identity")
    mapping = identity.get({"pk": f"USER#{user_id}"})
    assert mapping is not None
    assert mapping["whmcsClientId"] == client_id
    for key in (f"EMAIL#{person.email}", f"WHMCS#{client_id}", f"SF#{mapping['sfAccountId']}"):
        item = identity.get({"pk": key})
        assert item is not None
        assert item["userId"] == user_id
    mails = installation.messages("email")
    assert {mail["dedupKey"] for mail in mails} == {f"welcome:{user_id}"}
    _check_cases(lane, person, offset)


def _check_user(installation: Installation, person: Person) -> str:
    (user,) = installation.users()
    attributes = {item["Name"]: item["Value"] for item in user["Attributes"]}
    assert attributes["email"] == person.email
    pool = installation.user_pool
    answer = installation.cognito.admin_initiate_auth(
        UserPoolId=pool["USER_POOL_ID"],
        ClientId=pool["USER_POOL_CLIENT_ID"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": person.email, "PASSWORD": PASSWORD},
    )
    assert "AuthenticationResult" in answer
    return str(attributes["sub"])


def _check_client(installation: Installation, person: Person) -> int:
    books = installation.whmcs.store.books()
    (client,) = (c for c in books["clients"] if c["email"] == person.email)
    assert client["customfields"]["1"] == person.number
    assert len([u for u in books["users"] if u["email"] == person.email]) == 1
    return int(client["id"])


def _check_cases(lane: Lane, person: Person, offset: float) -> None:
    """The queue's consumer is given every job twice: still one Case."""
    records = lane.installation.records("case")
    assert bool(records) == (person.crm_email is not None)
    worker = lane.start(CASE_WORKER)
    for record in [*records, *records]:
        outcome = worker.invoke({"Records": [record]}, offset=offset)
        assert outcome.answer == {"batchItemFailures": []}
    cases = lane.installation.salesforce.records("Case")
    assert len(cases) == (1 if person.crm_email is not None else 0)
