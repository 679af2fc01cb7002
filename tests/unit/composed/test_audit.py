"""The audit over the vendors' emulators and the tables, as the schedule runs it."""

from __future__ import annotations

import hashlib
import importlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from portal.domain.audit import FindingKind
from portal.engine.model import Job, StepRecord, StepState
from portal.engine.states import Status
from portal.ports.orders import DRAFT_STATUS
from portal.provisioning.job import KIND, order_job_id
from portal.repositories.audit import DynamoSpool
from portal.repositories.workflow import job_item

from local.demo.data import PORTAL_PRICEBOOK, gigs_seed
from local.demo.people import CHEN
from local.demo.salesforce_ids import record_id
from local.emulators.gigs.emulator import DEFAULT_PROJECTS, Gigs
from local.emulators.kit.server import Running, running
from local.emulators.salesforce.merging import merge_accounts
from local.emulators.salesforce.org import ADMIN_ID
from tests.composed import Composed, forget_environment
from tests.conftest import REGION
from tests.events import FakeContext
from tests.tables import EPHEMERAL, IDENTITY, WORKFLOW
from tests.vendors import account_id

K = FindingKind
DAYS = 3 * 86_400.0
COUNT = 1_000
PID, FIELD = 401, 1401
PLAN = "pln_jpdata5gb"
(PROJECT, TOKEN), *_ = DEFAULT_PROJECTS.items()


def order_id(number: int) -> str:
    return f"80100000000{number:04d}AAA"


def reference(number: int) -> str:
    return f"portal-{hashlib.sha256(str(number).encode()).hexdigest()[:32]}"


@dataclass
class Night:
    """A portal with orders of some days ago, and its schedule."""

    composed: Composed
    gigs: Gigs

    def audit(self) -> list[FindingKind]:
        """Run the schedule to the end of a run; the kinds of what it found."""
        forget_environment()
        handler: Callable[..., dict[str, Any]]
        handler = importlib.import_module("functions.audit.nightly").handler
        self.composed.tables[EPHEMERAL].delete({"pk": "AUDIT"})
        for _ in range(20):
            answer = handler({}, FakeContext(remaining_ms=240_000))
            if answer["finished"]:
                break
        spool = DynamoSpool(self.composed.tables[EPHEMERAL], clock=time.time)
        return [finding.kind for finding in spool.found(answer["run"])]

    def provision(self, *numbers: int) -> None:
        """Orders that were provisioned some days ago, each with an eSIM."""
        vendors = self.composed.vendors
        vendors.salesforce.clock.advance(-DAYS)
        first = len(list(vendors.whmcs.store.orders.all()))
        vendors.whmcs.seed({"orders": [self._whmcs(number) for number in numbers]})
        placed = list(vendors.whmcs.store.orders.all())[first:]
        vendors.salesforce.seed(
            {
                "records": {
                    "Order": [
                        self._order(number, str(order.id))
                        for number, order in zip(numbers, placed, strict=True)
                    ]
                }
            }
        )
        vendors.salesforce.clock.reset()
        self.gigs.seed({"subscriptions": [self._line(number) for number in numbers]})
        for number in numbers:
            self.composed.tables[WORKFLOW].put(job_item(_job(number)))

    def _order(self, number: int, whmcs: str) -> dict[str, Any]:
        return {
            "Id": order_id(number),
            "AccountId": account_id(CHEN),
            "EffectiveDate": "2026-11-01",
            "Status": "Draft",
            "Pricebook2Id": PORTAL_PRICEBOOK,
            "Provisioning_Status__c": "Provisioned",
            "WHMCS_Order_ID__c": whmcs,
        }

    def _whmcs(self, number: int) -> dict[str, Any]:
        line = {"pid": PID, "billingcycle": "onetime", "customfields": {FIELD: order_id(number)}}
        return {"clientid": 1, "paymentmethod": "stripe", "invoice": False, "lines": [line]}

    def _line(self, number: int) -> dict[str, Any]:
        metadata = {"portalRef": reference(number)}
        return {"id": f"sub_{number}", "plan": PLAN, "user": "usr_chen", "metadata": metadata}


def _job(number: int) -> Job:
    at = time.time() - DAYS
    refs = {"refs": {"unit": reference(number)}, "lines": {}}
    step = StepRecord(state=StepState.DONE, attempt=1, started_at=at, done_at=at, data=refs)
    return Job(
        id=order_job_id(order_id(number)),
        kind=KIND,
        subject=order_id(number),
        status=Status.SUCCEEDED,
        attempt=1,
        requested_at=at,
        updated_at=at,
        correlation_id="audit-0001",
        steps={"activate_esim": step},
    )


@pytest.fixture(scope="module")
def gigs_server() -> Iterator[Running]:
    with running(Gigs()) as server:
        yield server


@pytest.fixture
def night(composed: Composed, gigs_server: Running, monkeypatch: pytest.MonkeyPatch) -> Night:
    gigs = gigs_server.emulator
    assert isinstance(gigs, Gigs)
    gigs.reset()
    gigs.seed({**gigs_seed(), "users": [{"id": "usr_chen", "email": CHEN.email}]})
    manager = boto3.client("secretsmanager", region_name=REGION)
    if "esim" not in {secret["Name"] for secret in manager.list_secrets()["SecretList"]}:
        document = json.dumps({"project": PROJECT, "token": TOKEN})
        manager.create_secret(Name="esim", SecretString=document)
    for name, value in {
        "ESIM_PROVIDER": "gigs",
        "ESIM_API_URL": gigs_server.url,
        "ESIM_SECRET_ID": "esim",
        "AUDIT_HOUR": "3",
        "AUDIT_MOST_CALLS": "5000",
    }.items():
        monkeypatch.setenv(name, value)
    return Night(composed, gigs)


def change_service(night: Night, number: int, **fields: Any) -> None:
    store = night.composed.vendors.whmcs.store
    (found,) = [
        service
        for service in store.services.all()
        if service.customfields.get(FIELD) == order_id(number)
    ]
    for name, value in fields.items():
        setattr(found, name, value)


def another_order(night: Night, number: int) -> None:
    night.composed.vendors.whmcs.seed({"orders": [night._whmcs(number)]})


def change_order(night: Night, number: int, **fields: Any) -> None:
    salesforce = night.composed.vendors.salesforce
    salesforce.clock.advance(-DAYS)
    client = night.composed.vendors.salesforce_client()
    path = f"sobjects/Order/{order_id(number)}"
    client.request("PATCH", path, operation="staff", json=fields, writes=True)
    salesforce.clock.reset()


def cancelled_unwritten(night: Night, number: int) -> None:
    """The customer has closed the job of an order, and Salesforce was not told."""
    salesforce = night.composed.vendors.salesforce
    salesforce.clock.advance(-DAYS)
    order = {**night._order(number, ""), "Status": DRAFT_STATUS}
    order["Provisioning_Status__c"] = "Not Started"
    salesforce.seed({"records": {"Order": [order]}})
    salesforce.clock.reset()
    job = _job(number).changed(status=Status.CANCELLED, closed=True, attempt=0, steps={})
    night.composed.tables[WORKFLOW].put(job_item(job))


def paid_top_up(night: Night, status: Status, paid: str) -> None:
    night.composed.vendors.whmcs.seed(
        {
            "invoices": [
                {
                    "clientid": 1,
                    "paymentmethod": "stripe",
                    "status": paid,
                    "notes": "Portal [op_1.1]",
                    "items": [{"description": "Top-up", "amount": "500"}],
                }
            ]
        }
    )
    at = time.time() - DAYS
    done = {"done": True} if status is Status.SUCCEEDED else {}
    step = StepRecord(state=StepState.DONE, attempt=1, started_at=at, done_at=at, data=done)
    job = _job(1).changed(id="topup#op_1", kind="topup", subject="op_1", status=status)
    night.composed.tables[WORKFLOW].put(job_item(job.changed(steps={"top_up": step})))


def reprice(night: Night) -> None:
    products = night.composed.vendors.whmcs.store.products
    before = products[PID].pricing["JPY"]
    prices = before.model_copy(update={"monthly": before.monthly + 1})
    products[PID] = products[PID].model_copy(update={"pricing": {"JPY": prices}})


PLANTS: dict[FindingKind, Callable[[Night], object]] = {
    K.SERVICE_MISSING: lambda n: change_service(n, 1, status="Pending"),
    K.BILLING_ORDER_MISSING: lambda n: change_order(n, 1, WHMCS_Order_ID__c="999999"),
    K.ORDERS_DUPLICATE: lambda n: another_order(n, 1),
    K.LINES_DUPLICATE: lambda n: n.gigs.seed({"subscriptions": [{**n._line(1), "id": "sub_x"}]}),
    K.SERVICE_UNKNOWN: lambda n: another_order(n, 9_999),
    K.LINE_UNKNOWN: lambda n: n.gigs.seed(
        {"subscriptions": [{**n._line(1), "id": "sub_y", "metadata": {"portalRef": "portal-0"}}]}
    ),
    K.TOPUP_MISSING: lambda n: paid_top_up(n, Status.FAILED, "Paid"),
    K.TOPUP_UNPAID: lambda n: paid_top_up(n, Status.SUCCEEDED, "Unpaid"),
    K.JOB_STUCK: lambda n: n.composed.tables[WORKFLOW].put(
        job_item(_job(1).changed(status=Status.RUNNING))
    ),
    K.JOB_DISAGREES: lambda n: change_order(n, 1, Provisioning_Status__c="Failed"),
    K.CANCELLATION_UNWRITTEN: lambda n: cancelled_unwritten(n, 4),
    K.CLIENT_UNUSABLE: lambda n: setattr(
        n.composed.vendors.whmcs.store.clients.get(1), "status", "Closed"
    ),
    K.ACCOUNT_MISSING: lambda n: n.composed.tables[IDENTITY].put(
        {
            "pk": "USER#gone",
            "whmcsClientId": 1,
            "sfAccountId": record_id("Account", 9_999),
            "email": "gone@mail.example",
        }
    ),
    K.PRICE_DIFFERS: reprice,
    K.PRODUCT_UNAVAILABLE: lambda n: n.composed.vendors.whmcs.store.products.pop(404),
}


def test_healthy_systems_have_no_finding(night: Night) -> None:
    night.provision(1, 2, 3)
    assert night.audit() == []


def test_an_account_that_was_merged_is_there(night: Night) -> None:
    salesforce = night.composed.vendors.salesforce
    client = night.composed.vendors.salesforce_client()
    kept = client.request(
        "POST",
        "sobjects/Account",
        operation="staff",
        json={"FirstName": "Mei", "LastName": "Chen"},
        writes=True,
    )["id"]
    night.composed.tables[IDENTITY].put(
        {
            "pk": "USER#merged",
            "whmcsClientId": 1,
            "sfAccountId": account_id(CHEN),
            "email": CHEN.email,
        }
    )
    assert night.audit() == []
    merge_accounts(salesforce._org, kept, [account_id(CHEN)], ADMIN_ID)
    assert night.audit() == []


@pytest.mark.parametrize("kind", PLANTS, ids=str)
def test_what_is_planted_is_found(night: Night, kind: FindingKind) -> None:
    night.provision(1, 2, 3)
    PLANTS[kind](night)
    assert night.audit() == [kind]


def test_every_kind_is_planted() -> None:
    assert set(PLANTS) == set(K) - {K.AUDIT_INCOMPLETE}


def test_a_thousand_orders_cost_a_dozen_calls(night: Night) -> None:
    night.provision(*range(1, COUNT + 1))
    night.composed.vendors.forget_calls()
    night.gigs.journal.clear()
    change_service(night, 500, status="Pending")
    assert night.audit() == [K.SERVICE_MISSING]
    calls = night.composed.vendors.calls()
    # One more for each of WHMCS' lists than there are full pages only when the last is not full.
    assert calls["salesforce query"] == 2
    assert calls["salesforce queryAll"] == 1
    assert calls["whmcs GetClientsProducts"] == 2
    assert calls["whmcs GetOrders"] == 2
    assert calls["whmcs GetClients"] == 1
    assert calls["whmcs GetProducts"] == 1
    assert calls["whmcs GetInvoices"] == 1
    assert sum(calls.values()) == 10
    assert sum(call.operation != "token" for call in night.gigs.journal.calls()) == 5
