"""The vendors' emulators with the demo's data, and our own clients talking to them over loopback.

A folder's conftest makes them its fixtures::

    from tests.vendors import vendor_servers, vendors  # noqa: F401  # fixtures

`vendors` is as just seeded for every test. A client is one execution environment: it is not
shared between threads, and a new one logs in again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from portal.adapters.http import Transport
from portal.adapters.salesforce.client import SalesforceClient
from portal.adapters.salesforce.login import Login
from portal.adapters.whmcs.client import WhmcsClient
from portal.secrets import Secret

from local.demo.data import CONSUMER_KEY, CONSUMER_SECRET, salesforce_seed, whmcs_seed
from local.demo.people import EVERYBODY, Person
from local.demo.salesforce_ids import record_id
from local.emulators.kit.emulator import Emulator
from local.emulators.kit.faults import Fault
from local.emulators.kit.server import Running, running
from local.emulators.salesforce.app import SalesforceEmulator
from local.emulators.whmcs.emulator import API_PATH, Whmcs

API_VERSION = "63.0"
READ_SECONDS = 5.0
LOGIN = "token"


class FixedSecret(Secret):
    """A secret that needs no Secrets Manager."""

    def __init__(self, **document: Any) -> None:
        super().__init__("fixed")
        self._document = document

    def value(self, *, refresh: bool = False) -> dict[str, Any]:
        return self._document


@dataclass(frozen=True)
class Vendors:
    """Salesforce and WHMCS, seeded; their objects are in reach for assertions and switches."""

    salesforce: SalesforceEmulator
    whmcs: Whmcs
    salesforce_url: str
    whmcs_url: str
    public_key: str

    def reset(self) -> None:
        """As just started and seeded."""
        for emulator, seed in self._seeds():
            emulator.reset()
            emulator.seed(seed)

    def salesforce_client(self, *, read_seconds: float = READ_SECONDS) -> SalesforceClient:
        """Our client, logging in by client credentials."""
        secret = FixedSecret(consumerKey=CONSUMER_KEY, consumerSecret=CONSUMER_SECRET)
        return SalesforceClient(
            url=self.salesforce_url,
            api_version=API_VERSION,
            login=Login(url=self.salesforce_url, secret=secret),
            transport=Transport("salesforce", read_seconds=read_seconds),
        )

    def whmcs_client(self, *, read_seconds: float = READ_SECONDS) -> WhmcsClient:
        """Our client with the demo's credentials."""
        return WhmcsClient(
            url=f"{self.whmcs_url}{API_PATH}",
            secret=FixedSecret(identifier="local-identifier", secret="local-secret"),
            transport=Transport("whmcs", read_seconds=read_seconds),
        )

    def calls(self) -> Counter[str]:
        """How often each operation was called, as `salesforce query`; logins are not counted."""
        return Counter(
            f"{emulator.name} {call.operation}"
            for emulator in (self.salesforce, self.whmcs)
            for call in emulator.journal.calls()
            if call.operation != LOGIN
        )

    def forget_calls(self) -> None:
        """Count from here."""
        self.salesforce.journal.clear()
        self.whmcs.journal.clear()

    def records(self, sobject: str) -> list[dict[str, Any]]:
        """All Salesforce records of an object."""
        return self.salesforce.records(sobject)

    def fail(self, emulator: Emulator[Any], **fault: Any) -> None:
        """Make a coming call fail (see `local.emulators.kit.faults`)."""
        emulator.faults.add(Fault(**fault))

    def _seeds(self) -> list[tuple[Emulator[Any], dict[str, Any]]]:
        return [
            (self.salesforce, salesforce_seed(self.public_key)),
            (self.whmcs, whmcs_seed()),
        ]


def account_id(person: Person) -> str:
    """The Salesforce Account of somebody of the demo."""
    return record_id("Account", EVERYBODY.index(person) + 1)


def add_client(vendors: Vendors, client_id: int = 42, **fields: Any) -> int:
    """A WHMCS client with a valid card, unless `fields` (see the emulator's seed) say otherwise."""
    client = {
        "id": client_id,
        "firstname": "Taro",
        "lastname": "Yamada",
        "email": f"client-{client_id}@mail.example",
        "address1": "1-2-3 Shibakoen",
        "city": "Minato-ku",
        "state": "Tokyo",
        "postcode": "105-0011",
        "country": "JP",
        "phonenumber": "+81312345601",
        "paymethods": [card("12/39")],
        **fields,
    }
    vendors.whmcs.seed({"clients": [client]})
    return client_id


def card(expiry: str, **fields: Any) -> dict[str, Any]:
    """A stored card; `expiry` is MM/YY."""
    return {
        "type": "RemoteCreditCard",
        "cardType": "Visa",
        "cardLastFour": "4242",
        "expiryDate": expiry,
        "gatewayName": "stripe",
        **fields,
    }


def _public_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    pem = key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem.decode()


@pytest.fixture(scope="session")
def vendor_servers() -> Iterator[Vendors]:
    """Both emulators on loopback, once a session."""
    salesforce: Running
    whmcs: Running
    with running(SalesforceEmulator()) as salesforce, running(Whmcs()) as whmcs:
        assert isinstance(salesforce.emulator, SalesforceEmulator)
        assert isinstance(whmcs.emulator, Whmcs)
        yield Vendors(
            salesforce=salesforce.emulator,
            whmcs=whmcs.emulator,
            salesforce_url=salesforce.url,
            whmcs_url=whmcs.url,
            public_key=_public_key(),
        )


@pytest.fixture
def vendors(vendor_servers: Vendors) -> Vendors:
    """Both emulators as just seeded."""
    vendor_servers.reset()
    return vendor_servers
