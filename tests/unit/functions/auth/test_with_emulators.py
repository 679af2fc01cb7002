"""Signup, linking and the Case with the real adapters against the emulators, over real sockets.

The faults are those of a network and a PHP server: connections cut before and after the request
was carried out, errors, HTML, nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from portal.adapters.http import Transport
from portal.adapters.salesforce.accounts import AccountFields, SalesforceAccounts
from portal.adapters.salesforce.cases import SalesforceCases
from portal.adapters.salesforce.client import SalesforceClient
from portal.adapters.salesforce.login import Login
from portal.adapters.whmcs.client import WhmcsClient
from portal.adapters.whmcs.clients import ClientFields, WhmcsClients
from portal.domain.cases import CaseJob
from portal.domain.upstream import UpstreamError

from functions.auth.email_cases import EmailCases
from local.emulators.kit.faults import Fault
from local.emulators.kit.server import Running, running
from local.emulators.salesforce.app import SalesforceEmulator
from local.emulators.whmcs.emulator import Whmcs
from tests.fakes.secret import FakeSecret
from tests.unit.functions.auth.test_link_whmcs import link
from tests.unit.functions.auth.test_signup import slug
from tests.unit.functions.auth.world import EMAIL, PASSWORD, World, wired

ACCOUNT_ID = "001000000000101AAA"
ORG: dict[str, Any] = {
    "connectedApps": [
        {"consumerKey": "key", "consumerSecret": "secret", "usernames": ["integration@x.example"]}
    ],
    "records": {
        "Account": [
            {
                "Id": ACCOUNT_ID,
                "FirstName": "Taro",
                "LastName": "Yamada",
                "PersonEmail": "old@example.com",
                "Customer_Number__c": "CN-000101",
            }
        ]
    },
}
SHOP: dict[str, Any] = {
    "config": {"identifier": "identifier", "secret": "secret"},
    "clientCustomFields": [
        {"id": number, "fieldname": name}
        for number, name in enumerate(
            ("Customer Number", "Date of Birth", "Gender", "Nationality"), start=1
        )
    ],
}
EXISTING: dict[str, Any] = {
    "id": 77,
    "firstname": "Taro",
    "lastname": "Yamada",
    "email": EMAIL,
    "password2": PASSWORD,
    "country": "JP",
    "customfields": {"1": "CN-000101"},
}


class EmulatedWorld(World):
    """Salesforce and WHMCS are emulators; Cognito and the tables are fakes."""

    def __init__(self, org: Running, whmcs: Running, *, password: str = "secret") -> None:
        """`password` is what Salesforce and WHMCS know us by."""
        super().__init__()
        self._password = password
        self.org: Any = org.emulator
        self.whmcs: Any = whmcs.emulator
        login = Login(
            url=org.url, secret=FakeSecret({"consumerKey": "key", "consumerSecret": password})
        )
        client = SalesforceClient(url=org.url, api_version="63.0", login=login)
        self.accounts: Any = SalesforceAccounts(
            client, AccountFields(customer_number="Customer_Number__c", email="PersonEmail")
        )
        self.worker = EmailCases(self.identity, SalesforceCases(client), self.accounts, self.clock)
        self._whmcs_url = f"{whmcs.url}/includes/api.php"
        self.clients: Any = self.billing(read_seconds=20)

    def billing(self, *, read_seconds: float) -> WhmcsClients:
        """The adapter, as patient as is said."""
        client = WhmcsClient(
            url=self._whmcs_url,
            secret=FakeSecret({"identifier": "identifier", "secret": self._password}),
            transport=Transport("whmcs", read_seconds=read_seconds),
        )
        fields = ClientFields(customer_number=1, date_of_birth=2, gender=3, nationality=4)
        return WhmcsClients(client, fields)

    def assert_registered_once(self) -> None:
        (user,) = self.users.by_id.values()
        (client,) = self.whmcs.store.clients.where(lambda _: True)
        (mapping,) = self.identity.mappings.values()
        assert (mapping.user_id, mapping.whmcs_client_id) == (user.user_id, client.id)
        assert client.customfields[1] == "CN-000101"


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Running, Running]]:
    with running(SalesforceEmulator()) as org, running(Whmcs()) as whmcs:
        yield org, whmcs


@pytest.fixture
def emulated(servers: tuple[Running, Running]) -> Iterator[EmulatedWorld]:
    world = EmulatedWorld(*servers)
    for emulator, seed in ((world.org, ORG), (world.whmcs, SHOP)):
        emulator.reset()
        emulator.seed(seed)
    with wired(world):
        yield world


def test_a_whole_signup(emulated: EmulatedWorld) -> None:
    answer = emulated.signup(
        dateOfBirth="1990-02-03", gender="other", nationality="FR", company="Yamada KK"
    )
    assert answer.status == 201, answer.body
    emulated.assert_registered_once()
    (client,) = emulated.whmcs.store.clients.where(lambda _: True)
    assert client.firstname == "太郎"
    assert client.customfields == {1: "CN-000101", 2: "1990-02-03", 3: "Other", 4: "FR"}
    assert (client.companyname, client.country) == ("Yamada KK", "JP")
    found = emulated.clients.by_email(EMAIL)
    assert (found.client_id, found.customer_number) == (client.id, "CN-000101")


def test_a_country_without_postcodes(emulated: EmulatedWorld) -> None:
    address = {"street": "1 Queen's Road", "city": "Central", "state": "HK", "country": "HK"}
    assert emulated.signup(address=address).status == 201


def test_the_case_is_one(emulated: EmulatedWorld) -> None:
    assert emulated.signup().status == 201
    (job,) = emulated.case_jobs.jobs
    for _ in range(3):
        emulated.worker.open(job)
    answer = emulated.accounts._client.query("SELECT Id, AccountId, Subject FROM Case")
    assert [case["AccountId"] for case in answer] == [ACCOUNT_ID]


@pytest.mark.parametrize("kind", ["drop_answer", "reset_after", "garble", "status", "reset"])
def test_a_case_that_was_given_up_and_sent_again_is_one(emulated: EmulatedWorld, kind: Any) -> None:
    assert emulated.signup().status == 201
    (job,) = emulated.case_jobs.jobs
    emulated.org.faults.add(Fault(kind=kind, operation="POST Case", status=503))
    with pytest.raises(UpstreamError):
        emulated.worker.open(job)
    # A redrive that was interrupted: the message is there twice.
    for _ in range(2):
        emulated.worker.open(CaseJob.model_validate_json(job.model_dump_json(by_alias=True)))
    (case,) = emulated.org.dump()["Case"]
    assert case["Portal_Case_Key__c"] == job.case_key


@pytest.mark.parametrize("operation", ["GetClientsDetails", "AddClient"])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "reset"},
        {"kind": "reset", "phase": "after"},
        {"kind": "drop_answer"},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 500, "phase": "after"},
        {"kind": "html"},
        {"kind": "html", "phase": "after"},
        {"kind": "empty", "phase": "after"},
        {"kind": "garble", "phase": "after"},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_whatever_happens_to_a_call_it_is_one_client(
    emulated: EmulatedWorld, operation: str, fault: dict[str, Any]
) -> None:
    emulated.whmcs.faults.add(Fault(operation=operation, **fault))
    until_registered(emulated)


@pytest.mark.parametrize("operation", ["GetClientsDetails", "AddClient"])
def test_an_answer_that_comes_too_late(emulated: EmulatedWorld, operation: str) -> None:
    emulated.whmcs.faults.add(Fault(operation=operation, kind="delay", seconds=0.6))
    patient, emulated.clients = emulated.clients, emulated.billing(read_seconds=0.2)
    answer = emulated.signup()
    assert answer.status in (503, 504), answer.body
    emulated.clients = patient
    emulated.clock.advance(int(answer.headers["retry-after"]))
    until_registered(emulated)


def until_registered(emulated: EmulatedWorld) -> None:
    for _ in range(3):
        answer = emulated.signup()
        if answer.status == 201:
            break
        assert answer.status in (503, 504), answer.body
        emulated.clock.advance(int(answer.headers["retry-after"]))
    assert answer.status == 201, answer.body
    emulated.assert_registered_once()


@pytest.mark.parametrize(
    "switches",
    [
        {"single_items": "object", "ids": "strings"},
        {"single_items": "indexed", "empty_lists": "string"},
        {"status_key": True, "html_entities": True, "empty_lists": "absent"},
        {"two_factor_enabled": "boolean", "totals": "strings", "ids": "numbers"},
    ],
)
def test_linking_whatever_shape_whmcs_answers_in(
    emulated: EmulatedWorld, switches: dict[str, Any]
) -> None:
    emulated.whmcs.seed({"clients": [EXISTING]})
    emulated.whmcs.set_switches(switches)
    assert slug(emulated.signup()) == "whmcs-account-exists"
    assert slug(link(emulated, password="Wrong-pass-2026")) == "invalid-credentials"
    answer = link(emulated, password=PASSWORD)
    assert answer.status == 201, answer.body
    (mapping,) = emulated.identity.mappings.values()
    assert mapping.whmcs_client_id == 77


def test_linking_with_a_second_factor(emulated: EmulatedWorld) -> None:
    emulated.whmcs.seed({"clients": [{**EXISTING, "twoFactor": True}]})
    assert slug(link(emulated, password=PASSWORD)) == "two-factor-required"


def test_a_grant_that_is_missing_is_our_fault_and_leaves_nothing(emulated: EmulatedWorld) -> None:
    emulated.whmcs.set_switches({"denied_actions": ["AddClient"]})
    assert emulated.signup().status == 502
    assert not emulated.users.by_id
    emulated.whmcs.set_switches({"denied_actions": []})
    assert emulated.signup().status == 201


def test_a_customer_number_is_found_without_regard_to_case(emulated: EmulatedWorld) -> None:
    assert slug(emulated.signup(sfNumber="CN-000999")) == "customer-number-unknown"
    answer = emulated.signup(sfNumber="cn-000101")
    assert answer.json()["sfNumber"] == "CN-000101"
    emulated.assert_registered_once()
