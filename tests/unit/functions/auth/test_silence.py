"""Nothing personal and no secret is emitted or queued by any identity flow, whatever goes wrong."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from functions.auth import case_worker
from local.emulators.kit.faults import Fault
from local.emulators.kit.server import Running, running
from local.emulators.salesforce.app import SalesforceEmulator
from local.emulators.salesforce.org import ORG_ID
from local.emulators.whmcs.emulator import Whmcs
from tests.canaries import CANARIES, assert_silent, sung
from tests.events import FakeContext, claims, sqs_event
from tests.fakes.directory import ACCOUNT_ID
from tests.fakes.sqs import FakeSqs
from tests.fakes.wires import Strike
from tests.unit.functions.auth.cases import case_worker_deps
from tests.unit.functions.auth.test_with_emulators import ORG, SHOP, EmulatedWorld
from tests.unit.functions.auth.world import World, wired

PERSON: dict[str, Any] = {
    "email": CANARIES["email"],
    "password": CANARIES["password"],
    "firstName": CANARIES["first_name"],
    "lastName": CANARIES["last_name"],
    "phone": CANARIES["phone"],
    "company": CANARIES["company"],
    "dateOfBirth": CANARIES["birth_date"],
    "address": {
        "street": CANARIES["street"],
        "street2": CANARIES["street2"],
        "city": CANARIES["city"],
        "state": "Tokyo",
        "postcode": CANARIES["postcode"],
        "country": "JP",
    },
}
LINK = {"email": CANARIES["email"], "password": CANARIES["password"], "sfNumber": "CN-000101"}
SESSION = {**CANARIES, "session": f"{ORG_ID[:15]}!"}
# Vendors that repeat what they were sent, or what only we should know.
SONG = "Not liked: " + ", ".join(CANARIES.values())
SECRET = f"Not liked: {CANARIES['whmcs_secret']}"
SENT = SECRET + "".join(
    f", {name} '{CANARIES[name]}'"
    for name in (
        "email",
        "first_name",
        "last_name",
        "phone",
        "company",
        "birth_date",
        "street",
        "street2",
        "city",
        "postcode",
    )
)


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Running, Running]]:
    with running(SalesforceEmulator()) as org, running(Whmcs()) as whmcs:
        yield org, whmcs


@pytest.fixture
def portal(
    servers: tuple[Running, Running], monkeypatch: pytest.MonkeyPatch
) -> Iterator[EmulatedWorld]:
    """Everybody and everything secret is a canary; Salesforce has another address: a Case."""
    org, shop = copy.deepcopy(ORG), copy.deepcopy(SHOP)
    org["connectedApps"][0]["consumerSecret"] = CANARIES["whmcs_secret"]
    org["records"]["Account"][0] |= {
        "FirstName": CANARIES["first_name"],
        "LastName": CANARIES["last_name"],
    }
    shop["config"]["secret"] = CANARIES["whmcs_secret"]
    world = EmulatedWorld(*servers, password=CANARIES["whmcs_secret"])
    for emulator, seed in ((world.org, org), (world.whmcs, shop)):
        emulator.reset()
        emulator.seed(seed)
    deps = case_worker_deps(world.worker, world.clock, FakeSqs(world.clock))
    monkeypatch.setattr(case_worker, "build_case_worker", lambda: deps)
    with wired(world):
        yield world


def deliver_cases(world: World) -> Any:
    jobs = [job.model_dump(by_alias=True) for job in world.case_jobs.jobs]
    return case_worker.handler(sqs_event(*jobs, queue="fresh"), FakeContext())


def assert_nothing_said(world: World, capfd: pytest.CaptureFixture[str]) -> str:
    for jobs in (world.mail_queue.jobs, world.case_jobs.jobs):
        for job in jobs:
            assert sung(job.model_dump_json(), SESSION) == set()
    return assert_silent(capfd, SESSION)


def member(portal: EmulatedWorld) -> str:
    """Somebody has signed up."""
    assert portal.signup(**PERSON).status == 201
    (user_id,) = portal.identity.mappings
    return user_id


def test_a_signup_and_its_case(portal: EmulatedWorld, capfd: pytest.CaptureFixture[str]) -> None:
    member(portal)
    assert deliver_cases(portal) == {"batchItemFailures": []}
    (case,) = portal.org.dump()["Case"]
    assert (case["AccountId"], CANARIES["email"] in case["Description"]) == (ACCOUNT_ID, True)
    assert "CasesOpened" in assert_nothing_said(portal, capfd)


def test_a_life_with_the_account(portal: EmulatedWorld, capfd: pytest.CaptureFixture[str]) -> None:
    user_id = member(portal)
    email, old, new = (CANARIES[name] for name in ("email", "password", "new_password"))
    user = claims(user_id, email=email)
    session = portal.login(email, old).json()
    refresh = {"refreshToken": session["refreshToken"]}
    headers = {"Authorization": f"Bearer {session['accessToken']}"}
    reset_token = portal.tokens.issue(user_id)
    change = {"currentPassword": old, "newPassword": new}
    answers = [
        portal.login(email, new),
        portal.post("refresh", refresh, headers=headers),
        portal.me(user_id),
        portal.post("change-password", change, user=user, headers=headers),
        portal.post("request-password-reset", {"email": email}, headers=headers),
        portal.post("reset-password", {"token": reset_token, "newPassword": old}),
        portal.post("reset-password", {"token": CANARIES["reset_token"], "newPassword": old}),
        portal.post("refresh", {"refreshToken": CANARIES["refresh_token"]}),
        portal.post("logout", refresh),
        portal.signup(**PERSON),
        portal.post("link-whmcs", LINK),
    ]
    assert [a.status for a in answers] == [401, 200, 200, 204, 202, 422, 422, 401, 204, 409, 401]
    made = {"session": session["accessToken"], **refresh, "reset": reset_token}
    assert_silent(assert_nothing_said(portal, capfd), made)


@pytest.mark.parametrize(
    "changes",
    [
        {"email": f"{CANARIES['email']} {CANARIES['password']}"},
        {"sfNumber": CANARIES["card_number"]},
        {"phone": CANARIES["birth_date"]},
        {"dateOfBirth": CANARIES["first_name"]},
        {"password": CANARIES["last_name"]},
        {"address": CANARIES["street"]},
        {"sfNumber": "CN-000999"},
        {CANARIES["street2"]: CANARIES["street"]},
    ],
    ids=lambda changes: "-".join(changes)[:12],
)
def test_what_is_refused_is_not_repeated(
    portal: EmulatedWorld, capfd: pytest.CaptureFixture[str], changes: dict[str, Any]
) -> None:
    assert portal.signup(**{**PERSON, **changes}).status == 422
    assert '"message":"refused"' in assert_nothing_said(portal, capfd)


@pytest.mark.parametrize(
    ("vendor", "operation", "status", "body"),
    [
        ("whmcs", "GetClientsDetails", 200, {"message": f"{SECRET} of {CANARIES['email']}"}),
        ("whmcs", "AddClient", 200, {"result": "error", "message": SENT}),
        ("whmcs", "AddClient", 403, {"result": "error", "message": f"Access Denied: {SENT}"}),
        ("whmcs", "AddClient", 500, {"result": "error", "message": SENT}),
        ("whmcs", "AddClient", 500, "<html>" + SONG),
        ("org", "token", 400, {"error": "invalid_client", "error_description": SECRET}),
        ("org", "query", 500, "<html>" + SONG),
    ],
)
def test_vendors_that_tell_tales(
    portal: EmulatedWorld,
    capfd: pytest.CaptureFixture[str],
    vendor: str,
    operation: str,
    status: int,
    body: Any,
) -> None:
    fault = Fault(kind="status", operation=operation, status=status, body=body)
    struck = getattr(portal, vendor).faults.add(fault)
    assert portal.signup(**PERSON).status in (502, 503, 504)
    assert struck.hits == 1
    assert '"message":"upstream failed"' in assert_nothing_said(portal, capfd)


@pytest.mark.parametrize("kind", ["drop_answer", "garble", "reset_after", "empty"])
@pytest.mark.parametrize("operation", ["GetClientsDetails", "AddClient"])
def test_answers_that_get_lost(
    portal: EmulatedWorld, capfd: pytest.CaptureFixture[str], kind: Any, operation: str
) -> None:
    struck = portal.whmcs.faults.add(Fault(kind=kind, operation=operation))
    portal.signup(**PERSON)
    assert struck.hits == 1
    assert "UpstreamErrors" in assert_nothing_said(portal, capfd)


def test_a_case_that_salesforce_refuses(
    portal: EmulatedWorld, capfd: pytest.CaptureFixture[str]
) -> None:
    member(portal)
    said = f"Required fields are missing: [Reason__c] ({CANARIES['email']})"
    body = [{"errorCode": "REQUIRED_FIELD_MISSING", "message": said}]
    portal.org.faults.add(Fault(kind="status", operation="POST Case", status=400, body=body))
    assert deliver_cases(portal) == {"batchItemFailures": []}
    emitted = assert_nothing_said(portal, capfd).splitlines()
    (line,) = (json.loads(text) for text in emitted if "message was given up" in text)
    assert (line["code"], line["upstream_code"]) == ("salesforce-refused", "REQUIRED_FIELD_MISSING")
    assert "Required fields are missing: [Reason__c]" in line["reason"]


def test_what_is_no_case_job(portal: EmulatedWorld, capfd: pytest.CaptureFixture[str]) -> None:
    unreadable = ("{" + SONG, {"caseKey": CANARIES["email"]}, dict(CANARIES))
    event = sqs_event(*unreadable, queue="fresh")
    assert case_worker.handler(event, FakeContext()) == {"batchItemFailures": []}
    assert assert_nothing_said(portal, capfd).count("message is not readable") == 3


FLOWS: dict[tuple[str, str], Callable[[World], Any]] = {
    ("accounts", "by_customer_number"): lambda world: world.signup(**PERSON),
    ("users", "authenticate"): lambda world: world.login(CANARIES["email"], CANARIES["password"]),
    ("clients", "validate_login"): lambda world: world.post("link-whmcs", LINK),
    ("mail_queue", "put"): lambda world: world.post(
        "request-password-reset", {"email": CANARIES["email"]}
    ),
}


@pytest.mark.parametrize(("port", "method"), FLOWS)
@pytest.mark.parametrize("error", [ValueError(SONG), KeyError(SONG)], ids=["value", "key"])
def test_a_mistake_of_ours_does_not_quote(
    world: World, capfd: pytest.CaptureFixture[str], port: str, method: str, error: Exception
) -> None:
    strike = Strike(error, f"{port}.{method}")
    world.wires.strikes = [strike]
    assert FLOWS[port, method](world).status == 500
    assert strike.struck
    assert "unexpected error" in assert_nothing_said(world, capfd)
