"""Providers with their vendors behind them, for the contract of `EsimProvider`.

A world lets a test do what only the vendor or a phone can do: allocate a line at last, use data,
lose an answer, run out of money.
"""

from __future__ import annotations

import abc
import hashlib
from collections.abc import Mapping
from typing import Any, Literal

import requests
from portal.adapters.esim_access import EsimAccessProvider
from portal.adapters.gigs import GigsProvider
from portal.adapters.http import Transport
from portal.domain.esim import Line, LineState, ProfileState, Subscriber
from portal.ports.esim import EsimProvider

from local.emulators.esim_access.emulator import ACCESS_CODE, SECRET_KEY, EsimAccess
from local.emulators.kit.faults import Fault
from local.emulators.kit.server import Running
from tests.fakes.eid_provider import EidProvider, EidVendor
from tests.fakes.faults import Fault as PlannedFault
from tests.fakes.faults import Faults
from tests.fakes.provisioning import FakeEsim
from tests.vendors import FixedSecret

Write = Literal["activate", "reissue", "top up", "end line"]
TARO = Subscriber(user_id="user-1", email="taro@example.com", full_name="Taro Yamada")
GIGABYTE = 10**9


class EsimWorld(abc.ABC):
    """A provider, a plan that it sells, and its vendor's books."""

    provider: EsimProvider
    plan: str

    def subscriber(self) -> str:
        """The id of a customer."""
        return self.provider.subscribe(TARO)

    def eid(self, ref: str) -> str | None:
        """The EID of the phone that a reference is for, where the provider needs one."""
        if not self.provider.capabilities.needs_eid:
            return None
        body = f"8904903200500888{int(hashlib.sha256(ref.encode()).hexdigest(), 16) % 10**14:014d}"
        return f"{body}{98 - int(body + '00') % 97:02d}"

    def order(self, ref: str) -> Line:
        """Ask for a line."""
        return self.provider.activate(
            ref=ref, plan=self.plan, subscriber_id=self.subscriber(), eid=self.eid(ref)
        )

    def find(self, *refs: str, **more: Any) -> dict[str, Line]:
        """Look for lines."""
        eids = {ref: eid for ref in refs if (eid := self.eid(ref)) is not None}
        return dict(
            self.provider.find(subscriber_id=self.subscriber(), refs=refs, eids=eids, **more)
        )

    def active(self, ref: str) -> Line:
        """A line that is ready."""
        known = {ref: self.order(ref).line_id}
        self.allocate()
        found = self.find(ref, known=known)
        assert found[ref].state is LineState.ACTIVE, found
        return found[ref]

    @abc.abstractmethod
    def hold(self) -> None:
        """From now on nothing is allocated until `allocate`."""

    @abc.abstractmethod
    def allocate(self) -> None:
        """What is pending happens now."""

    @abc.abstractmethod
    def living(self) -> int:
        """How many lines have been sold and not ended, pending ones too."""

    @abc.abstractmethod
    def bought(self) -> int:
        """How many top-ups have been carried out."""

    @abc.abstractmethod
    def lose_answer(self, write: Write) -> None:
        """The next such request is carried out, and its answer never comes."""

    @abc.abstractmethod
    def lose_request(self, write: Write) -> None:
        """The next such request never arrives, which nobody can tell from a lost answer."""

    @abc.abstractmethod
    def break_down(self, write: Write) -> None:
        """The next such request ends in a gateway's error page."""

    @abc.abstractmethod
    def throttle(self) -> None:
        """Requests come too fast until `recover`."""

    @abc.abstractmethod
    def run_out(self) -> None:
        """The vendor cannot sell anything for lack of money or stock, until `recover`."""

    @abc.abstractmethod
    def recover(self) -> None:
        """The end of `throttle` and `run_out`, and of an accident that did not come."""

    @abc.abstractmethod
    def change_credentials(self) -> None:
        """The vendor knows our credentials no more."""

    @abc.abstractmethod
    def use(self, line: Line, volume: int) -> None:
        """Traffic on an active line."""

    @abc.abstractmethod
    def install(self, line: Line) -> None:
        """A phone installs the profile."""


class InMemoryWorld(EsimWorld):
    """A provider in memory, whose faults are planned."""

    faults: Faults

    def lose_answer(self, write: Write) -> None:
        self._next(write, PlannedFault.LOST_ANSWER)

    def lose_request(self, write: Write) -> None:
        self._next(write, PlannedFault.LOST_REQUEST)

    def break_down(self, write: Write) -> None:
        self._next(write, PlannedFault.LOST_REQUEST)

    def throttle(self) -> None:
        self.faults.always = lambda _: PlannedFault.THROTTLED

    def run_out(self) -> None:
        writes = {"esim activate", "esim top up"}
        self.faults.always = lambda name: PlannedFault.UNAVAILABLE if name in writes else None

    def recover(self) -> None:
        self.faults.always = lambda _: None

    def change_credentials(self) -> None:
        raise NotImplementedError

    def _next(self, write: Write, fault: PlannedFault) -> None:
        planned = [fault]

        def once(name: str) -> PlannedFault | None:
            return planned.pop() if planned and name == f"esim {write}" else None

        self.faults.always = once


class FakeWorld(InMemoryWorld):
    """The fake that workflows are tested with."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.provider = self.fake = FakeEsim(self.faults, polls=1)
        self.plan = "pln_10gb"

    def hold(self) -> None:
        self.fake.polls = 1_000

    def allocate(self) -> None:
        self.fake.polls = 1

    def living(self) -> int:
        return len(self.fake.active())

    def bought(self) -> int:
        return len(self.fake.top_ups)

    def use(self, line: Line, volume: int) -> None:
        self.fake.used[line.line_id] = volume

    def install(self, line: Line) -> None:
        self.fake.profiles[line.line_id] = ProfileState.INSTALLED


class EidWorld(InMemoryWorld):
    """A provider that is unlike the others: EID as input, lines by phone number, no codes."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.vendor = EidVendor()
        self.provider = self.adapter = EidProvider(self.vendor, self.faults)
        self.plan = "50G"

    def hold(self) -> None:
        self.vendor.slow = True

    def allocate(self) -> None:
        self.vendor.slow = False
        for line in self.vendor.lines.values():
            line.ready = True

    def living(self) -> int:
        return sum(not line.ended for line in self.vendor.lines.values())

    def bought(self) -> int:
        return 0

    def use(self, line: Line, volume: int) -> None:
        self.vendor.lines[self.adapter.number(line.line_id)].used = volume

    def install(self, line: Line) -> None:
        self.vendor.lines[self.adapter.number(line.line_id)].installed = True


class EmulatedWorld(EsimWorld):
    """An adapter in front of its vendor's emulator."""

    operations: Mapping[Write, str]

    def __init__(self, server: Running) -> None:
        self.server = server
        server.emulator.reset()

    def lose_answer(self, write: Write) -> None:
        self.fault(kind="drop_answer", operation=self.operations[write])

    def lose_request(self, write: Write) -> None:
        self.fault(kind="reset", operation=self.operations[write])

    def break_down(self, write: Write) -> None:
        self.fault(kind="html", status=502, operation=self.operations[write])

    def fault(self, **rule: Any) -> None:
        """Add a fault."""
        self.server.emulator.faults.add(Fault.model_validate(rule))

    def switch(self, **switches: Any) -> None:
        """Set switches."""
        self.server.emulator.set_switches(switches)

    def admin(self, path: str, body: Any) -> None:
        """A request to the admin API."""
        answer = requests.post(f"{self.server.admin}/{path}", json=body, timeout=5)
        assert answer.ok, answer.text


class GigsWorld(EmulatedWorld):
    """Gigs."""

    operations: Mapping[Write, str] = {
        "activate": "POST subscriptions",
        "reissue": "POST subscriptionChanges",
        "top up": "POST subscriptionAddons",
        "end line": "POST subscriptions/end",
    }
    plan = "pln_japan10"

    def __init__(self, server: Running) -> None:
        super().__init__(server)
        self.secret = {"project": "portal-local", "token": "local-gigs-token"}
        self.provider = GigsProvider(
            url=server.url,
            secret=FixedSecret(**self.secret),
            transport=Transport("esim", read_seconds=5),
        )
        server.emulator.seed(
            {
                "plans": [
                    {
                        "id": self.plan,
                        "name": "Japan 10 GB",
                        "allowances": {"dataBytes": 10 * GIGABYTE},
                    }
                ],
                "addons": [
                    {
                        "id": "add_1gb",
                        "name": "1 GB",
                        "plans": [self.plan],
                        "allowances": {"dataBytes": GIGABYTE},
                        "price": {"amount": 500, "currency": "JPY"},
                        "validity": {"unit": "day", "value": 30},
                    }
                ],
            }
        )

    def hold(self) -> None:
        self.switch(activation="never", change_application="never", addon_activation="never")

    def allocate(self) -> None:
        books = self._books()
        for table, status in (
            ("subscriptions", "pending"),
            ("subscriptionChanges", "pending"),
            ("subscriptionAddons", "pending"),
        ):
            for record in books[table]:
                if record["status"] == status:
                    self.admin("settle", {"id": record["id"]})
        self.switch(
            activation="immediate", change_application="immediate", addon_activation="immediate"
        )

    def living(self) -> int:
        return sum(line["status"] != "ended" for line in self._books()["subscriptions"])

    def bought(self) -> int:
        return len(self._books()["subscriptionAddons"])

    def throttle(self) -> None:
        self.fault(
            kind="status",
            status=429,
            times=None,
            body={"object": "error", "type": "tooManyRequests", "message": "slow down"},
            headers={"Retry-After": "1"},
        )

    def run_out(self) -> None:
        self.switch(refuse_subscriptions="outOfStock", refuse_addons="paymentFailed")

    def recover(self) -> None:
        self.server.emulator.faults.clear()
        self.switch(refuse_subscriptions=None, refuse_addons=None)

    def change_credentials(self) -> None:
        self.fault(
            kind="status",
            status=401,
            times=None,
            body={"object": "error", "type": "unauthenticated", "message": "who are you"},
        )

    def use(self, line: Line, volume: int) -> None:
        url = f"{self.server.url}/testing/projects/portal-local/subscriptions/{line.line_id}/usage"
        headers = {"Authorization": "Bearer local-gigs-token"}
        body = {"data": volume, "voice": 0, "sms": 0}
        answer = requests.post(url, json=body, headers=headers, timeout=5)
        assert answer.ok, answer.text

    def install(self, line: Line) -> None:
        (sim,) = [sim for sim in self._books()["sims"] if sim["iccid"] == line.iccid]
        self.admin("esim-profile", {"sim": sim["id"], "status": "installed"})

    def _books(self) -> dict[str, Any]:
        books: dict[str, Any] = self.server.emulator.dump()["projects"]["portal-local"]
        return books


class EsimAccessWorld(EmulatedWorld):
    """eSIM Access; only signed requests are accepted."""

    operations: Mapping[Write, str] = {
        "activate": "esim/order",
        "reissue": "esim/order",
        "top up": "esim/topup",
        "end line": "esim/cancel",
    }
    plan = "JP_10_30"

    def __init__(self, server: Running) -> None:
        super().__init__(server)
        self.provider = EsimAccessProvider(
            url=server.url,
            secret=FixedSecret(accessCode=ACCESS_CODE, secretKey=SECRET_KEY),
            transport=Transport("esim", read_seconds=5),
        )
        plan = {"packageCode": "JC010", "slug": self.plan, "name": "Japan 10GB", "price": 80_000}
        top_up = {"packageCode": "TOPUP_JC001", "slug": "JP_1_7", "name": "1 GB", "price": 12_000}
        server.emulator.seed(
            {
                "balance": 10_000_000,
                "packages": [
                    {**plan, "volume": 10 * GIGABYTE},
                    {**top_up, "volume": GIGABYTE, "duration": 7, "topsUp": ["JC010"]},
                ],
            }
        )
        self.switch(simple_authentication="refused", requests_per_second=0, allocation="immediate")

    def hold(self) -> None:
        self.switch(allocation="never")

    def allocate(self) -> None:
        for order in self._books()["orders"]:
            if order["status"] == "GETTING_RESOURCE":
                self.admin("settle", {"orderNo": order["orderNo"]})
        self.switch(allocation="immediate")

    def living(self) -> int:
        books = self._books()
        pending: int = sum(order["status"] == "GETTING_RESOURCE" for order in books["orders"])
        over = {"CANCEL", "REVOKE", "UNUSED_EXPIRED", "USED_EXPIRED"}
        return pending + sum(line["esimStatus"] not in over for line in books["esims"])

    def bought(self) -> int:
        return len(self._books()["topUps"])

    def throttle(self) -> None:
        self.switch(requests_per_second=1)
        # The emulator's clock for the limit stands still: one request uses the second up.
        headers = {"RT-AccessCode": ACCESS_CODE}
        url = f"{self.server.url}/api/v1/open/balance/query"
        requests.post(url, headers=headers, timeout=5)

    def run_out(self) -> None:
        self.admin("balance", {"balance": 0})

    def recover(self) -> None:
        self.server.emulator.faults.clear()
        self.switch(requests_per_second=0)
        self.admin("balance", {"balance": 10_000_000})

    def change_credentials(self) -> None:
        emulator = self.server.emulator
        assert isinstance(emulator, EsimAccess)
        emulator.core.account.secret_key = "another"

    def use(self, line: Line, volume: int) -> None:
        self.admin("use", {"esimTranNo": line.line_id, "volume": volume})

    def install(self, line: Line) -> None:
        self.admin("device", {"esimTranNo": line.line_id, "action": "install"})

    def _books(self) -> dict[str, Any]:
        return self.server.emulator.dump()
