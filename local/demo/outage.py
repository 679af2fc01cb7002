"""One fault of an outside system, from its first symptom to the alarm that turns green again.

`make demo FAULT=whmcs-down` and the others play this against the running stack: what the customer
reads, what the operator sees, and which alarms `/ops` raises. The fault is removed at the end,
whatever happened.
"""

from __future__ import annotations

import math
import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from infra.paging import COMPOSITE, PAGES
from local.demo.checks import DemoError, expect, expect_status, wait_for
from local.demo.people import NAKAMURA, PASSWORD
from local.demo.portal_client import FrontDoor, PortalClient, loopback_client
from local.expected_alarms import EXPECTED_ALARMS
from local.stack.settings import ESIM_PROVIDERS

RED_SECONDS = 240.0
GREEN_SECONDS = 480.0
MEND_SECONDS = 900.0
"""Waits double while a system is down, up to a quarter of an hour."""

ORDERS = 6
"""More orders than the failures after which the workers stop calling a system."""

SLOWER_THAN_WE_WAIT = 25.0
QUOTA_PERCENT = 90
USUAL_QUOTA = 100_000
CART = {"items": [{"sku": "ESIM-DATA-5GB", "quantity": 1, "billingCycle": "monthly"}]}
STANDING = frozenset(EXPECTED_ALARMS)
"""Red without a fault: somebody who looks at the pages meanwhile may raise them."""

Say = Callable[[str], None]


class Scene:
    """What an outage is played with: the customer, the operator's pages, and the emulators."""

    def __init__(self, portal: PortalClient, front: FrontDoor, stack: dict[str, Any]) -> None:
        self.portal = portal
        self.front = front
        self.admin = {name: each["admin"] for name, each in stack["emulators"].items()}
        self.client = loopback_client()

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def add_fault(self, system: str, fault: dict[str, Any]) -> None:
        """Make an emulator fail until `heal`."""
        answer = self.client.post(f"{self.admin[system]}/faults", json={"times": None, **fault})
        expect(answer.is_success, f"The {system} emulator refused the fault: {answer.text}")

    def heal(self, system: str) -> None:
        """Remove all faults of an emulator."""
        self.client.delete(f"{self.admin[system]}/faults")

    def switch(self, system: str, **changes: Any) -> None:
        """Change switches of an emulator."""
        answer = self.client.patch(f"{self.admin[system]}/switches", json=changes)
        expect(answer.is_success, f"The {system} emulator refused the switch: {answer.text}")

    def calls(self, system: str) -> int:
        """Return how many calls an emulator has received."""
        answer = self.client.get(f"{self.admin[system]}/journal")
        return len(expect_status(answer, 200, f"Reading the journal of {system}")["calls"])

    def approved_orders(self) -> list[str]:
        """Place orders of the demo's customer, approve them, and return their ids."""
        ids = []
        for _ in range(ORDERS):
            answer = self.portal.post("/orders", CART, key=secrets.token_hex(8))
            ids.append(str(expect_status(answer, 201, "Ordering")["sfOrderId"]))
            self.front.approve(ids[-1])
        return ids

    def press(self, orders: list[str]) -> None:
        """Press the button of each order."""
        for order in orders:
            press = self.front.press_provision(order)
            expect(press["status"] == 202, f"The button should be accepted: {press['says']}")  # noqa: PLR2004  # Accepted

    def read_order(self, order: str) -> dict[str, Any]:
        """Return an order as its customer reads it."""
        return expect_status(self.portal.get(f"/orders/{order}"), 200, "Reading the order")

    def wait_until_provisioned(self, orders: list[str]) -> None:
        """Wait until the orders are provisioned without anybody's help. Raises DemoError."""

        def done() -> bool | None:
            statuses = {self.read_order(order)["status"] for order in orders}
            failed = statuses & {"failed", "cancelled"}
            expect(not failed, f"An order ended as {', '.join(sorted(failed))}.")
            return True if statuses == {"provisioned"} else None

        wait_for(
            done,
            seconds=MEND_SECONDS,
            sentence=f"The orders were not provisioned in {MEND_SECONDS:.0f} s after the outage.",
        )


class Outage(ABC):
    """A fault, what shows it, and the ids of the alarms that it raises and no other."""

    alarms: frozenset[str]

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    @property
    def red(self) -> frozenset[str]:
        """The ids of its alarms, with that of the composite alarm when one of them pages."""
        return self.alarms | {COMPOSITE} if self.alarms & PAGES.keys() else self.alarms

    def prepare(self) -> None:  # noqa: B027  # most need nothing
        """Do what needs healthy systems."""

    @abstractmethod
    def begin(self, say: Say) -> None:
        """Make the system fail, and do what meets the failure."""

    @abstractmethod
    def tell(self, say: Say) -> None:
        """Say what customer and operator see while the alarm is raised."""

    @abstractmethod
    def end(self) -> None:
        """Make the system work again. May be called twice."""

    @abstractmethod
    def recover(self, say: Say) -> None:
        """Check that what had waited is done."""


class _Provisioning(Outage):
    """An upstream of the workers fails while orders are provisioned."""

    system: str
    name: str

    def prepare(self) -> None:
        self.orders = self.scene.approved_orders()

    def tell(self, say: Say) -> None:
        order = self.scene.read_order(self.orders[0])
        say(f"The customer reads ({order['status']}): {order['nextStep']}")
        record = self.scene.front.order(self.orders[0])
        told = record["Provisioning_Error_Message__c"] or "nothing yet"
        say(f"The operator sees {record['Provisioning_Status__c']} in Salesforce: {told}")
        say(f"Its logs and calls: {self.scene.front.url}/ops/trace?id={self.orders[0]}")

    def end(self) -> None:
        self.scene.heal(self.system)

    def recover(self, say: Say) -> None:
        self.scene.wait_until_provisioned(self.orders)
        say(f"All {len(self.orders)} orders were provisioned by themselves")


class WhmcsDown(_Provisioning):
    """WHMCS answers every call with a page of its web server."""

    alarms = frozenset({"CircuitOpenedWhmcs"})
    system = "whmcs"

    def begin(self, say: Say) -> None:
        self.scene.add_fault("whmcs", {"kind": "html", "status": 503})
        say("WHMCS answers 503 with an HTML page")
        self.scene.press(self.orders)
        say(f"The operator pressed Provision in WHMCS for {len(self.orders)} orders")

    def tell(self, say: Say) -> None:
        answer = self.scene.portal.get("/billing/invoices")
        problem = expect_status(answer, 503, "Reading invoices while WHMCS is down")
        say(f"The customer's invoices answer 503: {problem['title']}")
        super().tell(say)


class EsimSlow(_Provisioning):
    """The eSIM provider answers later than the portal waits."""

    alarms = frozenset({"CircuitOpenedEsim"})

    def prepare(self) -> None:
        self.system = next(name for name in ESIM_PROVIDERS if name in self.scene.admin)
        super().prepare()

    def begin(self, say: Say) -> None:
        self.scene.add_fault(self.system, {"kind": "delay", "seconds": SLOWER_THAN_WE_WAIT})
        say(f"The eSIM provider answers after {SLOWER_THAN_WE_WAIT:.0f} s")
        self.scene.press(self.orders)
        say(f"The operator pressed Provision in WHMCS for {len(self.orders)} orders")


class SalesforceQuota(Outage):
    """The day's API requests of the org are nearly used up."""

    alarms = frozenset({"SalesforceQuota"})

    def begin(self, say: Say) -> None:
        limit = math.ceil(100 * self.scene.calls("salesforce") / QUOTA_PERCENT)
        self.scene.switch("salesforce", daily_request_limit=max(limit, 1))
        say(f"The org has {limit} API requests a day, and has used about {QUOTA_PERCENT} % of them")
        expect_status(self.scene.portal.get("/orders"), 200, "Reading the orders")

    def tell(self, say: Say) -> None:
        expect_status(self.scene.portal.get("/orders"), 200, "Reading the orders")
        say("The customer notices nothing: orders are read and placed as before")
        say("The operator sees the share that is used on /ops, before it reaches 100 %")

    def end(self) -> None:
        self.scene.switch("salesforce", daily_request_limit=USUAL_QUOTA)

    def recover(self, say: Say) -> None:
        expect_status(self.scene.portal.get("/orders"), 200, "Reading the orders")
        say("The org has its usual number of requests again")


class MailRefused(Outage):
    """SendGrid refuses the API key."""

    alarms = frozenset({"EmailAccessDenied"})

    def begin(self, say: Say) -> None:
        self.before = self._mails()
        message = "The provided authorization grant is invalid, expired, or revoked"
        body = {"errors": [{"message": message, "field": None, "help": None}]}
        self.scene.add_fault("sendgrid", {"kind": "status", "status": 401, "body": body})
        say("SendGrid answers 401 to the API key")
        asked = self.scene.portal.post("/auth/request-password-reset", {"email": NAKAMURA.email})
        expect_status(asked, 202, "Asking for a password reset")

    def tell(self, say: Say) -> None:
        expect(self._mails() == self.before, "A mail was sent although SendGrid refuses all.")
        say("The customer asked for a new password, and the mail waits")
        say("The operator sees on /ops that mails wait because credentials are refused")

    def end(self) -> None:
        self.scene.heal("sendgrid")

    def recover(self, say: Say) -> None:
        wait_for(
            lambda: True if self._mails() == self.before + 1 else None,
            seconds=MEND_SECONDS,
            sentence="The mail that waited was not sent.",
        )
        say("The mail that waited was sent, once")

    def _mails(self) -> int:
        return len(self.scene.front.mails_to(NAKAMURA.email))


OUTAGES: dict[str, type[Outage]] = {
    "whmcs-down": WhmcsDown,
    "salesforce-quota": SalesforceQuota,
    "esim-slow": EsimSlow,
    "mail-refused": MailRefused,
}


def play(name: str, scene: Scene, say: Say) -> None:
    """Play one outage. Raises DemoError when an alarm does not do what it should."""
    outage = OUTAGES[name](scene)
    scene.portal.log_in(NAKAMURA.email, PASSWORD)
    before = raised(scene.front)
    already = before & outage.red
    expect(not already, f"{_listed(already)} is raised already: wait until /ops is green.")
    outage.prepare()
    try:
        outage.begin(say)
        since = time.monotonic()
        _wait_for_red(outage, scene.front, before)
        say(f"After {time.monotonic() - since:.0f} s red on /ops: {_listed(outage.red)}")
        outage.tell(say)
        more = raised(scene.front) - before - outage.red - STANDING
        expect(not more, f"Alarms that this fault should not raise are red: {_listed(more)}.")
    finally:
        outage.end()
    say("The fault is gone; what waits goes on by itself, which can take some minutes")
    outage.recover(say)
    until = f"until then it is red on {scene.front.url}/ops"
    say(f"The alarm clears five minutes after the last failure; {until}")
    wait_for(
        lambda: True if not raised(scene.front) & outage.red else None,
        seconds=GREEN_SECONDS,
        sentence=f"{_listed(outage.red)} did not turn green in {GREEN_SECONDS:.0f} s.",
    )
    say(f"Green again: {_listed(outage.red)}")


def raised(front: FrontDoor) -> set[str]:
    """Return the ids of the alarms that are red, without the stage's prefix."""
    return {
        alarm["name"].rsplit("-", 1)[-1] for alarm in front.alarms() if alarm["state"] == "ALARM"
    }


def _wait_for_red(outage: Outage, front: FrontDoor, before: set[str]) -> None:
    try:
        wait_for(
            lambda: True if outage.red <= raised(front) else None,
            seconds=RED_SECONDS,
            sentence="",
        )
    except DemoError as error:
        came = _listed(raised(front) - before - STANDING) or "none"
        raise DemoError(
            f"Not red on /ops after {RED_SECONDS:.0f} s: {_listed(outage.red)}; red are: {came}."
        ) from error


def _listed(names: frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(names))
