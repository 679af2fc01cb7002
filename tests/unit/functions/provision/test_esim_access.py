"""The same provisioning when the eSIM provider is eSIM Access: counted in its own books."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from portal.adapters.esim_access import EsimAccessProvider
from portal.adapters.http import Transport
from portal.engine.states import Status

from local.emulators.esim_access.emulator import ACCESS_CODE, SECRET_KEY, EsimAccess
from local.emulators.kit.faults import Fault
from local.emulators.kit.server import Running, running
from tests.unit.functions.provision.emulated import Office, Servers, servers
from tests.unit.functions.provision.seeds import ESIM, FIBRE
from tests.vendors import FixedSecret

__all__ = ["servers"]

PACKAGE = {"packageCode": "JPN010", "slug": "JP_10_30", "name": "Japan 10GB", "price": 70_000}
BALANCE = 1_000_000


@pytest.fixture(scope="module")
def vendor() -> Iterator[Running]:
    with running(EsimAccess()) as server:
        yield server


class EsimAccessOffice(Office):
    """The office, with another eSIM provider."""

    def __init__(self, servers: Servers, vendor: Running, *lines: tuple[int, int]) -> None:
        super().__init__(servers, *lines)
        self.vendor = vendor.emulator
        self.vendor.reset()
        self.vendor.seed({"balance": BALANCE, "packages": [PACKAGE]})
        self.vendor.set_switches({"allocation": "immediate", "requests_per_second": 0})
        provider = EsimAccessProvider(
            url=vendor.url,
            secret=FixedSecret(accessCode=ACCESS_CODE, secretKey=SECRET_KEY),
            transport=Transport("esim", read_seconds=5),
        )
        self.ports = replace(self.ports, esim=provider)

    @property
    def books(self) -> dict[str, Any]:
        """What the vendor has recorded."""
        return self.vendor.dump()

    def assert_sold(self, esims: int) -> None:
        """Exactly so many lines, paid for once, and their ICCIDs in Salesforce."""
        assert self.job.status is Status.SUCCEEDED, self.job.last_error
        books = self.books
        assert len(books["orders"]) == len(books["esims"]) == esims
        assert books["balance"] == BALANCE - esims * PACKAGE["price"]  # type: ignore[operator]  # a number
        iccids = str(self.sf_order()["ESIM_ICCID__c"]).split(",")
        assert sorted(iccids) == sorted(esim["iccid"] for esim in books["esims"])
        assert self.subscriptions() == []


def test_an_order_in_everybodys_books(servers: Servers, vendor: Running) -> None:
    office = EsimAccessOffice(servers, vendor, (FIBRE, 1), (ESIM, 2))
    office.run()
    office.assert_sold(2)
    calls = [call.operation for call in office.vendor.journal.calls()]
    assert calls == ["esim/order", "esim/order", "esim/query"]
    assert all(call.headers.get("rt-signature") for call in office.vendor.journal.calls())
    refs = {esim["transactionId"] for esim in office.books["esims"]}
    assert len(refs) == 2
    assert all(ref.startswith("portal-") and len(ref) <= 40 for ref in refs)


@pytest.mark.parametrize("kind", ["drop_answer", "reset_after", "reset", "html", "garble"])
@pytest.mark.parametrize("operation", ["esim/order", "esim/query"])
def test_an_accident_sells_nothing_twice(
    servers: Servers, vendor: Running, kind: str, operation: str
) -> None:
    office = EsimAccessOffice(servers, vendor, (FIBRE, 1), (ESIM, 2))
    office.vendor.faults.add(Fault.model_validate({"kind": kind, "operation": operation}))
    office.run()
    office.assert_sold(2)


def test_a_slow_allocation_is_waited_for(servers: Servers, vendor: Running) -> None:
    office = EsimAccessOffice(servers, vendor, (ESIM, 1))
    office.vendor.set_switches({"allocation": "never"})
    office.press()
    office.work()
    assert office.job.status is not Status.SUCCEEDED
    (order,) = office.books["orders"]
    assert order["status"] == "GETTING_RESOURCE"
    assert isinstance(office.vendor, EsimAccess)
    office.vendor.core.account.orders[order["orderNo"]].due.pace = "immediate"
    office.settle()
    office.assert_sold(1)


def test_a_balance_that_is_used_up_waits_for_money(servers: Servers, vendor: Running) -> None:
    office = EsimAccessOffice(servers, vendor, (ESIM, 1))
    assert isinstance(office.vendor, EsimAccess)
    office.vendor.core.account.balance = 0
    office.press()
    office.work()
    assert office.job.status is not Status.FAILED
    assert office.job.last_error is not None
    assert office.job.last_error.code == "esim-unavailable"
    assert office.books["orders"] == []
    office.vendor.core.account.balance = BALANCE
    office.settle()
    office.assert_sold(1)


def test_throttling_is_waited_out(servers: Servers, vendor: Running) -> None:
    office = EsimAccessOffice(servers, vendor, (ESIM, 1))
    fault = {"kind": "status", "status": 429, "operation": "esim/order", "times": 2, "body": {}}
    office.vendor.faults.add(Fault.model_validate(fault))
    office.run()
    office.assert_sold(1)
