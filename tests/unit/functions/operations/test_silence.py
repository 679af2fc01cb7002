"""Nothing personal and no secret is emitted, queued or kept, whatever happens to a top-up."""

from __future__ import annotations

import json
from typing import Any

import pytest
from portal.repositories.identity import mapping_item

from local.emulators.kit.faults import Fault
from tests.canaries import CANARIES, assert_silent, sung
from tests.fakes.directory import customer
from tests.tables import CATALOG, EPHEMERAL, IDEMPOTENCY, IDENTITY, WORKFLOW
from tests.unit.functions.operations.office import CHEN_CLIENT, QUEUES, SECRETS, Office

SONG = "I do not like " + ", ".join(CANARIES.values())


@pytest.fixture
def portal(office: Office, capfd: pytest.CaptureFixture[str]) -> Office:
    """The customer is a canary."""
    mapping = customer(
        email=CANARIES["email"],
        first_name=CANARIES["first_name"],
        whmcs_client_id=CHEN_CLIENT,
    )
    office.tables[IDENTITY].put(mapping_item(mapping))
    capfd.readouterr()
    return office


def canaries(portal: Office) -> dict[str, str]:
    """What must not be said: also our credentials, and the activation codes of the provider."""
    books = json.dumps(portal.emulator.dump())
    codes = {f"code {n}": text.split('"')[0] for n, text in enumerate(books.split("LPA:1$")[1:])}
    secrets = {f"secret {name}": list(SECRETS[name].values())[-1] for name in ("esim_access",)}
    return {**CANARIES, **codes, **secrets}


def assert_nothing_said(portal: Office, capfd: pytest.CaptureFixture[str]) -> str:
    known = canaries(portal)
    for queue in QUEUES:
        assert sung(json.dumps(portal.messages(queue)), known) == set(), queue
    for table in (WORKFLOW, CATALOG, EPHEMERAL, IDEMPOTENCY):
        assert sung(json.dumps(portal.tables.items(table)), known) == set(), table
    books = portal.vendors.whmcs.dump()
    for records in ("invoices", "credits"):
        assert sung(json.dumps(books[records]), known) == set(), records
    return assert_silent(capfd, known)


def test_a_top_up_that_is_delivered(portal: Office, capfd: pytest.CaptureFixture[str]) -> None:
    operation = portal.bought()
    portal.work(operation)
    assert portal.shown(operation)["status"] == "succeeded"
    assert '"message":"job is over"' in assert_nothing_said(portal, capfd)


def test_a_top_up_that_is_credited(portal: Office, capfd: pytest.CaptureFixture[str]) -> None:
    operation = portal.bought()
    portal.refuse_top_ups()
    portal.work(operation)
    assert len(portal.messages("case")) == 1
    assert '"message":"job is over"' in assert_nothing_said(portal, capfd)


TALES: list[tuple[str, Any]] = [
    ("GetClientsProducts", {"result": "error", "message": SONG}),
    ("CreateInvoice", {"result": "error", "message": SONG}),
    ("CapturePayment", {"result": "error", "message": SONG}),
    ("CapturePayment", "<html>" + SONG),
    ("GetInvoice", {"result": "error", "message": SONG}),
]


@pytest.mark.parametrize(("operation", "body"), TALES)
def test_a_vendor_that_fails_and_tells_tales(
    portal: Office, capfd: pytest.CaptureFixture[str], operation: str, body: Any
) -> None:
    """Logs, queues and answers stay silent; the job's record keeps the vendor's words for staff."""
    started = portal.bought()
    fault = Fault(kind="replace", operation=operation, status=500, body=body)
    struck = portal.vendors.whmcs.faults.add(fault)
    portal.work(started)
    assert struck.hits == 1
    assert sung(json.dumps(portal.shown(started)), canaries(portal)) == set()
    for queue in QUEUES:
        assert sung(json.dumps(portal.messages(queue)), canaries(portal)) == set(), queue
    assert '"message":"run failed, a retry follows"' in assert_silent(capfd, canaries(portal))
