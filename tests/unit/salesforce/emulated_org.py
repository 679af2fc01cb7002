"""An emulated org with the project's Apex, an operator, and the portal's endpoint behind callouts.

Nothing between Apex and the endpoint is faked: the header formulas are evaluated, and
`functions.provision.start` gets the request as API Gateway delivers it, in the same process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portal.api.signature import SignatureVerifier, SigningKeys

from functions.provision import start
from functions.provision.admission import StartDeps
from local.emulators.kit.clock import Clock
from local.emulators.salesforce.apex.callouts import Callouts, Incoming, Outgoing, Vault
from local.emulators.salesforce.apex.gateway import Gateway
from local.emulators.salesforce.apex.machine import Machine
from local.emulators.salesforce.apex.parser import parse_script
from local.emulators.salesforce.apex.program import Program
from local.emulators.salesforce.apex.session import Session
from local.emulators.salesforce.apex.users import Users
from local.emulators.salesforce.dml import Dml
from local.emulators.salesforce.org import ADMIN_ID, STANDARD_PRICEBOOK_ID, Org
from local.emulators.salesforce.switches import Switches
from tests.events import Answer, call, rest_event
from tests.fakes.workflow import FakeClock, FakeQueue, MemoryJobStore
from tests.vendors import FixedSecret

KEY_ID = "k1"
KEY = "a-signing-key"
URL = "https://portal.example/api"
CONTROLLER = "PortalProvisioningController"
ACTION = "PortalProvisioningAction"
OPERATORS = "Portal_Operators"
Change = Callable[[dict[str, Any]], None]


class Replays:
    """`ReplayGuard` over a set."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def refused_before(self, fingerprint: str) -> bool:
        return fingerprint in self.seen

    def refuse(self, fingerprint: str) -> None:
        self.seen.add(fingerprint)


@dataclass
class EpochClock:
    """Epoch seconds of an emulator's clock, and as many more as a test says."""

    clock: Clock
    ahead: float = 0.0

    def __call__(self) -> float:
        return self.clock.now().timestamp() + self.ahead


class Endpoint:
    """POST /orders/{id}/provision in this process; `change` tampers with an event on its way."""

    def __init__(self, clock: Clock) -> None:
        self.clock = EpochClock(clock)
        self.store = MemoryJobStore()
        self.events: list[dict[str, Any]] = []
        self.answers: list[Answer] = []
        self.change: Change = lambda _: None
        self.deps = StartDeps(
            verifier=SignatureVerifier(
                SigningKeys(FixedSecret(keys={KEY_ID: KEY})), clock=self.clock
            ),
            store=self.store,
            queue=FakeQueue(FakeClock()),
            replays=Replays(),
            clock=self.clock,
        )

    def __call__(self, request: Outgoing) -> Incoming:
        """The transport of Apex's callouts."""
        path = urlsplit(request.url).path.removeprefix("/api")
        event = rest_event(
            request.method, path, headers=dict(request.headers), body=request.body.decode()
        )
        self.events.append(event)
        self.change(event)
        answer = call(start.handler, event)
        self.answers.append(answer)
        return Incoming(
            status=answer.status, reason="", headers=answer.headers, body=answer.body.encode()
        )


class EmulatedOrg:
    """The org, and the program whose classes run on it."""

    def __init__(self, program: Program) -> None:
        switches = Switches()
        clock = Clock()
        self.org = Org(clock, lambda: switches)
        self.program = program
        self.users = Users(self.program)
        self.endpoint = Endpoint(clock)
        self.vault = Vault({"Portal_API": {"Portal": {"KeyId": KEY_ID, "SigningKey": KEY}}})
        self.vault.urls["Portal_API"] = URL
        self.callouts = Callouts(
            self.program.named_credentials,
            self.program.external_credentials,
            self.vault,
            self.endpoint,
        )
        self.gateway = Gateway(self.program, self.org, self.users, self.callouts)
        self.operator = self.user("operator@portal.example", OPERATORS)
        self.order_id = self.order()

    def user(self, username: str, *permission_sets: str) -> str:
        """A user with exactly these permission sets; its id."""
        user_id = self.org.add_user(username)
        self.users.assign(user_id, permission_sets)
        return user_id

    def insert(self, name: str, **fields: Any) -> str:
        """A record made by the administrator; its id."""
        return Dml(self.org, ADMIN_ID).insert(self.org.full_schema.get(name), fields)

    def update(self, name: str, record_id: str, **fields: Any) -> None:
        """Change a record as the administrator."""
        Dml(self.org, ADMIN_ID).update(self.org.full_schema.get(name), record_id, fields)

    def status(self, order_id: str) -> str:
        """An order's status."""
        record = self.org.store.get(self.org.full_schema.get("Order"), order_id)
        assert record is not None
        return str(record["Status"])

    def order(self, *, approved: bool = True) -> str:
        """An order with one line."""
        product = self.insert(
            "Product2", Name="Internet 1G", ProductCode="NET", IsActive=True, WHMCS_Product_Id__c=11
        )
        price = self.insert(
            "PricebookEntry",
            Product2Id=product,
            Pricebook2Id=STANDARD_PRICEBOOK_ID,
            UnitPrice=5000,
            IsActive=True,
        )
        order_id = self.insert(
            "Order",
            AccountId=self.insert("Account", Name="Sato"),
            Pricebook2Id=STANDARD_PRICEBOOK_ID,
            EffectiveDate="2026-11-27",
            Status="Pending Review",
        )
        self.insert(
            "OrderItem", OrderId=order_id, PricebookEntryId=price, Quantity=1, UnitPrice=5000
        )
        if approved:
            self.update("Order", order_id, Status="Activated")
        return order_id

    def press(self, order_id: str | None = None, *, user: str | None = None) -> dict[str, Any]:
        """Press the button of the component; what it is told."""
        outcome: dict[str, Any] = self.gateway.aura(
            user or self.operator, CONTROLLER, "provision", {"orderId": order_id or self.order_id}
        )
        return outcome

    def run_script(self, path: Path, *, user: str | None = None) -> list[str]:
        """Run anonymous Apex; what it wrote with System.debug."""
        session = Session(self.org, user or self.operator, self.users.access, self.callouts)
        script = parse_script(path.name, path.read_text(encoding="utf-8"))
        Machine(self.program, session).run_script(script)
        return session.log
