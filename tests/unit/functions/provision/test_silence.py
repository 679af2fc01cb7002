"""Nothing personal and no secret is emitted or queued, whatever happens to an order on its way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from portal.repositories.dynamodb import Table
from portal.repositories.identity import mapping_item

from functions.provision import dead_letter
from local.emulators.gigs.emulator import Gigs
from local.emulators.kit.faults import Fault
from local.emulators.kit.server import running
from local.emulators.salesforce.app import SalesforceEmulator
from local.emulators.salesforce.org import ORG_ID
from local.emulators.whmcs.emulator import Whmcs
from tests.canaries import CANARIES, assert_silent, sung
from tests.events import FakeContext, sqs_event
from tests.fakes.directory import customer
from tests.unit.functions.provision.emulated import Servers
from tests.unit.functions.provision.office import SIGNING_KEY, Wired, emulated, wired
from tests.unit.functions.provision.seeds import (
    ESIM,
    FIBRE,
    gigs_seed,
    salesforce_seed,
    whmcs_seed,
)

__all__ = ["emulated", "wired"]

# A vendor that repeats all it was sent and all it knows.
SONG = "I do not like " + ", ".join(CANARIES.values())
PERSON = {
    "firstname": CANARIES["first_name"],
    "lastname": CANARIES["last_name"],
    "email": CANARIES["email"],
    "address1": CANARIES["street"],
    "city": CANARIES["city"],
    "postcode": CANARIES["postcode"],
    "phonenumber": CANARIES["phone"],
    "companyname": CANARIES["company"],
}
ACCOUNT = {
    "FirstName": CANARIES["first_name"],
    "LastName": CANARIES["last_name"],
    "PersonEmail": CANARIES["email"],
}


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with (
        running(SalesforceEmulator()) as salesforce,
        running(Whmcs()) as whmcs,
        running(Gigs({"portal-local": CANARIES["esim_token"]})) as gigs,
    ):
        yield Servers(salesforce, whmcs, gigs)


@pytest.fixture
def portal(wired: Wired) -> Wired:
    """The customer and our credentials are canaries; an order of an Internet line and an eSIM."""
    org = salesforce_seed([(FIBRE, 1), (ESIM, 1)])
    org["connectedApps"][0]["consumerSecret"] = CANARIES["private_key"]
    org["records"]["Account"][0] |= ACCOUNT
    shop = whmcs_seed()
    shop["config"] = {"identifier": "portal", "secret": CANARIES["whmcs_secret"]}
    shop["clients"][0] |= PERSON
    for server, seed in (
        (wired.servers.salesforce, org),
        (wired.servers.whmcs, shop),
        (wired.servers.gigs, gigs_seed()),
    ):
        server.emulator.reset()
        server.emulator.seed(seed)
    for name, document in {
        "salesforce": {"consumerKey": "key", "consumerSecret": CANARIES["private_key"]},
        "whmcs": shop["config"],
        "esim": {"project": "portal-local", "token": CANARIES["esim_token"]},
    }.items():
        boto3.client("secretsmanager").put_secret_value(
            SecretId=name, SecretString=json.dumps(document)
        )
    mapping = customer(email=CANARIES["email"], first_name=CANARIES["first_name"])
    Table("identity").put(mapping_item(mapping))
    return wired


def canaries(portal: Wired) -> dict[str, str]:
    """What must not be emitted: also what the vendors made up meanwhile."""
    lines = json.dumps(portal.servers.gigs.emulator.dump()).split("LPA:1$")[1:]
    codes = {f"code {number}": text.split('"')[0] for number, text in enumerate(lines)}
    return {**CANARIES, **codes, "live signing key": SIGNING_KEY, "session": f"{ORG_ID[:15]}!"}


def assert_nothing_said(portal: Wired, capfd: pytest.CaptureFixture[str]) -> str:
    known = canaries(portal)
    for queue in ("provision", "email"):
        assert sung(json.dumps(portal.messages(queue)), known) == set(), queue
    return assert_silent(capfd, known)


def test_an_order_that_is_provisioned(portal: Wired, capfd: pytest.CaptureFixture[str]) -> None:
    assert portal.press().status == 202
    assert portal.work() == {"batchItemFailures": []}
    assert portal.view().status == "provisioned"
    assert any(name.startswith("code") for name in canaries(portal))
    assert '"message":"job is over"' in assert_nothing_said(portal, capfd)


TROUBLE: list[tuple[str, str, Any]] = [
    ("salesforce", "query", [{"errorCode": "UNKNOWN_EXCEPTION", "message": SONG}]),
    ("whmcs", "GetProducts", {"result": "error", "message": SONG}),
    ("gigs", "POST users", {"object": "error", "type": "internal", "message": SONG}),
    ("gigs", "POST subscriptions", {"object": "error", "type": "internal", "message": SONG}),
    ("whmcs", "AddOrder", {"result": "error", "message": SONG}),
    ("whmcs", "AcceptOrder", "<html>" + SONG),
    ("salesforce", "composite", [{"errorCode": "UNKNOWN_EXCEPTION", "message": SONG}]),
]


@pytest.mark.parametrize("kind", ["replace", "drop_answer"])
def test_vendors_that_fail_and_tell_tales(
    portal: Wired, capfd: pytest.CaptureFixture[str], kind: Any
) -> None:
    faults = [
        getattr(portal.servers, vendor).emulator.faults.add(
            Fault(kind=kind, operation=operation, status=500, body=body)
        )
        for vendor, operation, body in TROUBLE
    ]
    portal.press()
    for _ in range(len(faults) + 1):
        portal.work()
    assert [fault.hits for fault in faults] == [1] * len(faults)
    assert portal.view().status == "provisioned"
    assert '"message":"run failed, a retry follows"' in assert_nothing_said(portal, capfd)


REFUSALS: list[tuple[str, str, int, Any]] = [
    ("salesforce", "token", 400, {"error": "invalid_client", "error_description": SONG}),
    ("salesforce", "query", 400, [{"errorCode": "INVALID_FIELD", "message": SONG}]),
    ("whmcs", "GetProducts", 403, {"result": "error", "message": f"Access Denied: {SONG}"}),
    ("gigs", "POST users", 422, {"type": "invalid", "code": "userInvalid", "message": SONG}),
    ("gigs", "POST subscriptions", 401, {"type": "unauthenticated", "message": SONG}),
    ("whmcs", "AddOrder", 200, {"result": "error", "message": f"Invalid Billing Cycle {SONG}"}),
]


def test_an_order_that_everybody_refuses(portal: Wired, capfd: pytest.CaptureFixture[str]) -> None:
    for number, (vendor, operation, status, body) in enumerate(REFUSALS, start=1):
        fault = Fault(kind="status", operation=operation, status=status, body=body)
        struck = getattr(portal.servers, vendor).emulator.faults.add(fault)
        assert portal.press(f"press-{number}").status == 202
        for _ in range(2):  # an eSIM may be pending for a while
            portal.work()
        assert (struck.hits, portal.view().status) == (1, "failed"), operation
    said = assert_nothing_said(portal, capfd)
    assert said.count('"message":"job is over"') == len(REFUSALS)


def test_messages_that_are_no_tasks(portal: Wired, capfd: pytest.CaptureFixture[str]) -> None:
    event = sqs_event(SONG, {**CANARIES})
    for handler in (portal.worker, dead_letter.handler):
        handler(event, FakeContext())
    assert assert_silent(capfd).count("message is not readable") == 4
