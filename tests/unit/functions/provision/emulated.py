"""The worker's world with emulated Salesforce, WHMCS and Gigs behind the real adapters.

Tables and queues are in memory and time is the test's. What is checked is counted in the
emulators' own books, not in ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
import requests
from portal.adapters.gigs import GigsProvider
from portal.adapters.http import Transport
from portal.adapters.salesforce.client import SalesforceClient
from portal.adapters.salesforce.login import Login
from portal.adapters.salesforce.provisioning import SalesforceProvisioningOrders
from portal.adapters.whmcs.client import WhmcsClient
from portal.adapters.whmcs.ordering_clients import WhmcsOrderingClients
from portal.adapters.whmcs.orders import WhmcsOrders
from portal.adapters.whmcs.products import WhmcsProducts
from portal.adapters.whmcs.services import WhmcsServices
from portal.domain.lease import NOT_LEASED

from local.emulators.gigs.emulator import Gigs
from local.emulators.kit.server import Running, running
from local.emulators.salesforce.app import SalesforceEmulator
from local.emulators.whmcs.emulator import API_PATH, Whmcs
from tests.fakes.provisioning import ORDER_ID
from tests.unit.functions.provision.seeds import gigs_seed, salesforce_seed, whmcs_seed
from tests.unit.functions.provision.world import World
from tests.vendors import FixedSecret

API_VERSION = "63.0"


@dataclass(frozen=True)
class Servers:
    """Three emulators that answer."""

    salesforce: Running
    whmcs: Running
    gigs: Running

    def seed(self, *lines: tuple[int, int], **order: Any) -> None:
        """Fresh emulators with one order; `lines` are (product, quantity)."""
        for server in (self.salesforce, self.whmcs, self.gigs):
            server.emulator.reset()
        self.salesforce.emulator.seed(salesforce_seed(list(lines), **order))
        self.whmcs.emulator.seed(whmcs_seed())
        self.gigs.emulator.seed(gigs_seed())


class Office(World):
    """Press the button, let time pass, look into the vendors' books."""

    def __init__(self, servers: Servers, *lines: tuple[int, int], **order: Any) -> None:
        super().__init__()
        servers.seed(*lines, **order)
        self.servers = servers
        whmcs = WhmcsClient(
            url=f"{servers.whmcs.url}{API_PATH}",
            secret=FixedSecret(identifier="local-identifier", secret="local-secret"),
            transport=Transport("whmcs", read_seconds=5),
        )
        self.ports = replace(
            self.ports,
            orders=SalesforceProvisioningOrders(self._salesforce(), api_version=API_VERSION),
            products=WhmcsProducts(whmcs),
            clients=WhmcsOrderingClients(whmcs, today=lambda: date(2026, 11, 23)),
            billing=WhmcsOrders(whmcs),
            services=WhmcsServices(whmcs),
            esim=GigsProvider(
                url=servers.gigs.url,
                secret=FixedSecret(project="portal-local", token="token"),
                transport=Transport("esim", read_seconds=5),
            ),
        )

    def _salesforce(self) -> SalesforceClient:
        url = self.servers.salesforce.url
        login = Login(url=url, secret=FixedSecret(consumerKey="key", consumerSecret="secret"))
        return SalesforceClient(url=url, api_version=API_VERSION, login=login)

    def run(self) -> None:
        """The button, and then as long as it takes."""
        self.press()
        self.settle()

    def sf_order(self) -> dict[str, Any]:
        """The Order in Salesforce."""
        (order,) = self.servers.salesforce.emulator.dump()["Order"]
        found: dict[str, Any] = order
        return found

    def edit_order(self, **fields: Any) -> None:
        """An operator changes the Order."""
        login = {"grant_type": "client_credentials", "client_id": "key", "client_secret": "secret"}
        url = self.servers.salesforce.url
        token = requests.post(f"{url}/services/oauth2/token", data=login, timeout=5).json()
        answer = requests.patch(
            f"{url}/services/data/v{API_VERSION}/sobjects/Order/{ORDER_ID}",
            json=fields,
            headers={"Authorization": f"Bearer {token['access_token']}"},
            timeout=5,
        )
        assert answer.ok, answer.text

    def calls(self, vendor: str) -> list[str]:
        """What a vendor was asked, without logins."""
        server: Running = getattr(self.servers, vendor)
        journal = server.emulator.journal.calls()
        return [entry.operation for entry in journal if entry.operation != "token"]

    def whmcs_state(self) -> dict[str, Any]:
        """WHMCS' books."""
        return self.servers.whmcs.emulator.dump()

    def subscriptions(self) -> list[dict[str, Any]]:
        """The lines in Gigs' books."""
        projects = self.servers.gigs.emulator.dump()["projects"]
        return list(projects["portal-local"]["subscriptions"])

    def assert_provisioned(self, *, esims: int) -> None:
        """Exactly once, in everybody's books."""
        assert self.job.status == "succeeded", self.job.last_error
        assert self.job.lease == NOT_LEASED
        (placed,) = self.whmcs_state()["orders"]
        order = self.sf_order()
        assert placed["status"] == "Active"
        assert order["Provisioning_Status__c"] == "Provisioned"
        assert order["WHMCS_Order_ID__c"] == str(placed["id"])
        lines = self.subscriptions()
        assert [line["status"] for line in lines] == ["active"] * esims
        iccids = [iccid for iccid in str(order["ESIM_ICCID__c"] or "").split(",") if iccid]
        assert sorted(iccids) == sorted(line["sim"]["iccid"] for line in lines)
        assert len({mail.dedup_key for mail in self.mail_queue.jobs}) == 1 + esims


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with (
        running(SalesforceEmulator()) as salesforce,
        running(Whmcs()) as whmcs,
        running(Gigs({"portal-local": "token"})) as gigs,
    ):
        yield Servers(salesforce, whmcs, gigs)
