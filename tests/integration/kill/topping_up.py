"""A top-up of one line: who refuses, what is asked for, and what there must be of it afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from portal.adapters.esim_access import EsimAccessProvider
from portal.adapters.gigs import GigsProvider
from portal.adapters.http import Transport
from portal.adapters.whmcs.client import WhmcsClient
from portal.domain.esim import LineState, Subscriber
from portal.domain.lease import NOT_LEASED
from portal.domain.money import Money
from portal.domain.service_line import ServiceLine
from portal.domain.topup import TopUpOffer
from portal.engine.model import Job
from portal.engine.states import Status
from portal.operations.job import operation_job_id
from portal.operations.start import Operations, Wanted
from portal.ports.esim import EsimProvider
from portal.repositories.service_lines import DynamoServiceLines
from portal.repositories.workflow import DynamoJobStore
from portal.workflow_kinds import TOPUP

from functions.operations.topup.asked import settled
from local.demo.data import esim_access_seed, gigs_seed, whmcs_seed
from local.demo.people import SATO
from local.demo.products import PRODUCTS
from local.emulators.kit.emulator import Emulator
from local.emulators.whmcs.emulator import API_PATH
from local.stack.credentials import WHMCS_CREDENTIALS
from tests.integration.kill.installation import SECRETS
from tests.integration.kill.lanes import Lane
from tests.integration.kill.provisioning import (
    CLIENT_ID,
    USER_ID,
    Message,
    Provisioning,
    add_customer,
    map_customer,
)
from tests.vendors import FixedSecret

ProviderName = Literal["gigs", "esim_access"]
PRODUCT = next(product for product in PRODUCTS if product.sku == "ESIM-DATA-5GB")
PRICE = Decimal(800)
OFFERS = {"gigs": "add_jptopup1gb", "esim_access": "TOPUP_JPN001"}
BYTES = {"gigs": 10**9, "esim_access": 2**30}
SECRET_IDS = {"gigs": "esim", "esim_access": "esim-access"}
REFUSALS: dict[ProviderName, dict[str, Any]] = {
    "gigs": {"refuse_addons": "paymentFailed"},
    "esim_access": {"refuse": "200008"},
}


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What the vendors do, and how the operation must end."""

    name: str
    status: Status
    code: str | None = None
    provider_refuses: bool = False
    whmcs: tuple[tuple[str, Any], ...] = ()


DELIVERED = Ending(name="delivered", status=Status.SUCCEEDED)
REFUSED = Ending(
    name="refused after the payment",
    status=Status.FAILED,
    code="esim-refused",
    provider_refuses=True,
)
DECLINED = Ending(
    name="payment declined",
    status=Status.FAILED,
    code="payment-failed",
    whmcs=(("capture_declined", True),),
)


class ToppingUp(Provisioning):
    """A fresh world with a top-up asked for."""

    fresh_queue = "operation"
    waiting_queue = "operation-waiting"

    def __init__(self, lane: Lane, provider: ProviderName, ending: Ending) -> None:
        self.installation = installation = lane.installation
        self.lane = lane
        self.provider = provider
        self.ending = ending
        self.offset = 0.0
        self.kept = True
        self._mails: list[dict[str, Any]] = []
        self._cases: list[dict[str, Any]] = []
        self.worker = lane.start(
            "functions.operations.worker",
            ESIM_PROVIDER=provider,
            ESIM_API_URL=installation.urls[provider],
            ESIM_SECRET_ID=SECRET_IDS[provider],
        )
        installation.reset()
        self._set_up()
        map_customer(installation)
        for emulator in installation.emulators.values():
            emulator.journal.clear()
        installation.whmcs.set_switches(dict(ending.whmcs))
        if ending.provider_refuses:
            self.emulator.set_switches(REFUSALS[provider])
        self.operation_id = self._ask()
        self.message: Message = self.receive()

    @property
    def job(self) -> Job:
        """The record as it is stored."""
        store = DynamoJobStore(self.installation.table("workflow"))
        job = store.get(operation_job_id(self.operation_id))
        assert job is not None
        return job

    @property
    def emulator(self) -> Emulator[Any]:
        """The provider's."""
        return self.installation.emulators[self.provider]

    @property
    def cases(self) -> list[dict[str, Any]]:
        """All jobs that were put on the case queue."""
        self._cases += self.installation.messages("case")
        return self._cases

    def top_ups(self) -> int:
        """How many are in the provider's books."""
        books = self.emulator.dump()
        if self.provider == "gigs":
            return len(books["projects"]["portal-local"]["subscriptionAddons"])
        return len(books["topUps"])

    def _set_up(self) -> None:
        """The customer's line, as a provisioned order leaves it."""
        self.installation.esim_access.set_switches(
            {"allocation": "immediate", "requests_per_second": 0}
        )
        line = self.installation.once(
            f"line of {self.provider}", self._line_made, "whmcs", "gigs", "esim_access"
        )
        self.service_id = line.service_id
        DynamoServiceLines(self.installation.table("workflow")).remember([line])

    def _line_made(self) -> ServiceLine:
        """Seed the emulators and buy the line of them, as our adapters do."""
        whmcs = whmcs_seed()
        add_customer(whmcs)
        self.installation.whmcs.seed(whmcs)
        self.installation.gigs.seed(gigs_seed())
        self.installation.esim_access.seed(esim_access_seed())
        adapter, plan = self._adapter(), PRODUCT.gigs_plan
        if self.provider == "esim_access":
            plan = PRODUCT.esim_access_plan
        assert plan is not None
        name = f"{SATO.first_name} {SATO.last_name}"
        subscriber = adapter.subscribe(
            Subscriber(user_id=USER_ID, email=SATO.email, full_name=name)
        )
        line = adapter.activate(ref="line-1", plan=plan, subscriber_id=subscriber)
        found = adapter.find(
            subscriber_id=subscriber, refs=["line-1"], known={"line-1": line.line_id}
        )["line-1"]
        assert found.state is LineState.ACTIVE
        return ServiceLine(
            service_id=self._service(),
            sf_order_id="8015j0000000001AAA",
            order_item_id="8025j0000000001AAA",
            user_id=USER_ID,
            client_id=CLIENT_ID,
            provider=self.provider,
            line_id=found.line_id,
            plan=plan,
            pid=PRODUCT.whmcs_id,
        )

    def _adapter(self) -> EsimProvider:
        made: Callable[..., Any] = GigsProvider if self.provider == "gigs" else EsimAccessProvider
        adapter: EsimProvider = made(
            url=self.installation.urls[self.provider],
            secret=FixedSecret(**SECRETS[SECRET_IDS[self.provider]]),
            transport=Transport("esim", read_seconds=5),
        )
        return adapter

    def _service(self) -> int:
        client = WhmcsClient(
            url=self.installation.urls["whmcs"] + API_PATH,
            secret=FixedSecret(**WHMCS_CREDENTIALS),
            transport=Transport("whmcs", read_seconds=5),
        )
        order = {
            "clientid": CLIENT_ID,
            "paymentmethod": "stripe",
            "pid": [PRODUCT.whmcs_id],
            "billingcycle": ["monthly"],
            "noinvoice": True,
        }
        placed = client.call("AddOrder", order, writes=True)
        client.call("AcceptOrder", {"orderid": placed["orderid"]}, writes=True)
        return int(placed["serviceids"])

    def _ask(self) -> str:
        operations = Operations(
            store=DynamoJobStore(self.installation.table("workflow")),
            queue=self.installation.task_queue(self.fresh_queue),
            clock=lambda: time.time() + self.offset,
        )
        wanted = Wanted(
            kind=TOPUP,
            user_id=USER_ID,
            client_id=CLIENT_ID,
            service_id=self.service_id,
            key="key-1",
        )
        offer = TopUpOffer(
            provider=self.provider,
            provider_offer=OFFERS[self.provider],
            name="1 GB",
            price=Money.of(PRICE, "JPY"),
            data_bytes=BYTES[self.provider],
        )
        return operations.begin(wanted, settled(offer)).job.subject


def assert_settled(world: ToppingUp) -> None:
    """One charge and the data, or the charge and the credit, or neither; nothing is left open."""
    job, ending = world.job, world.ending
    assert job.status is ending.status, f"{job.status}: {job.last_error}"
    assert (job.last_error.code if job.last_error else None) == ending.code
    assert job.lease == NOT_LEASED
    books = world.installation.whmcs.store.books()
    (invoice,) = [one for one in books["invoices"] if world.operation_id in one["notes"]]
    paid = [one for one in books["transactions"] if one["invoiceid"] == invoice["id"]]
    expected = "Cancelled" if ending is DECLINED else "Paid"
    assert (invoice["status"], len(paid)) == (expected, 0 if ending is DECLINED else 1)
    assert all(Decimal(one["amountin"]) == PRICE for one in paid)
    assert world.top_ups() == (1 if ending is DELIVERED else 0)
    credited = [Decimal(one["amount"]) for one in books["credits"]]
    assert credited == ([PRICE] if ending is REFUSED else [])
    assert {case["caseKey"] for case in world.cases} == (
        {f"{world.operation_id}.1"} if ending is REFUSED else set()
    )
    mails = {mail["dedupKey"] for mail in world.mails}
    expected_mails = {
        DELIVERED: {f"topup-receipt:{world.operation_id}"},
        REFUSED: {f"topup-refunded:{world.operation_id}:{invoice['id']}"},
        DECLINED: set[str](),
    }
    assert mails == expected_mails[ending]
