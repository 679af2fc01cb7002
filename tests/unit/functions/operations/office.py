"""Real handlers and composition roots of operations; emulated vendors; tables and queues by moto.

The line exists at the provider, its service in WHMCS, and CHEN of the demo owns both.
"""

from __future__ import annotations

import functools
import importlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import boto3
import pytest
from portal import factories
from portal.adapters.esim_access import EsimAccessProvider
from portal.adapters.gigs import GigsProvider
from portal.adapters.http import Transport
from portal.domain.esim import LineState, Subscriber
from portal.domain.identity import CustomerMapping
from portal.domain.service_line import ServiceLine
from portal.engine.model import Job
from portal.operations.job import operation_job_id
from portal.ports.esim import EsimProvider
from portal.repositories.identity import mapping_item
from portal.repositories.service_lines import DynamoServiceLines
from portal.repositories.workflow import DynamoJobStore

from local.demo.data import CONSUMER_KEY, CONSUMER_SECRET, esim_access_seed, gigs_seed
from local.demo.people import CHEN
from local.demo.products import PRODUCTS
from local.emulators.esim_access.emulator import ACCESS_CODE, SECRET_KEY, EsimAccess
from local.emulators.esim_access.lifecycle import Lifecycle
from local.emulators.gigs.emulator import Gigs
from local.emulators.kit.emulator import Emulator
from local.emulators.kit.server import Running, running
from tests.composed import environment
from tests.conftest import REGION
from tests.events import USER_ID, Answer, FakeContext, call, claims, rest_event, sqs_event
from tests.tables import IDENTITY, WORKFLOW, Tables
from tests.vendors import FixedSecret, Vendors, account_id

ProviderName = Literal["gigs", "esim_access"]
PROVIDERS: tuple[ProviderName, ...] = ("gigs", "esim_access")
QUEUES = ("email", "case", "operation", "operation-waiting")
CHEN_CLIENT = 1
ORDER_ID = "8015j0000000001AAA"
PRODUCT = next(product for product in PRODUCTS if product.sku == "ESIM-DATA-5GB")
SECRETS: dict[str, dict[str, Any]] = {
    "salesforce": {"consumerKey": CONSUMER_KEY, "consumerSecret": CONSUMER_SECRET},
    "whmcs": {"identifier": "local-identifier", "secret": "local-secret"},
    "gigs": {"project": "portal-local", "token": "token"},
    "esim_access": {"accessCode": ACCESS_CODE, "secretKey": SECRET_KEY},
}


@dataclass
class Office:
    """Ask, let the worker run, look into the vendors' books."""

    name: ProviderName
    tables: Tables
    vendors: Vendors
    esim: Running
    urls: dict[str, str]
    service_id: int = 0
    line_id: str = ""
    user: dict[str, str] = field(default_factory=claims)

    @property
    def emulator(self) -> Emulator[Any]:
        """The provider's."""
        return self.esim.emulator

    def send(self, module: str, method: str, path: str, **event: Any) -> Answer:
        """Call a handler of the area as CHEN."""
        event.setdefault("user", self.user)
        handler = importlib.import_module(f"functions.operations.{module}").handler
        return call(handler, rest_event(method, path, **event))

    def offers(self) -> list[dict[str, Any]]:
        """What can be bought."""
        answer = self.send(
            "list_topup_offers", "GET", f"/subscriptions/{self.service_id}/topup-offers"
        )
        assert answer.status == 200, answer.body
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    def ask(self, offer_id: str, key: str = "key-1") -> Answer:
        """POST /subscriptions/{id}/topup."""
        return self.send(
            "start_topup",
            "POST",
            f"/subscriptions/{self.service_id}/topup",
            body={"offerId": offer_id},
            headers={"Idempotency-Key": key, "X-Correlation-Id": "topup-0001"},
        )

    def bought(self, key: str = "key-1") -> str:
        """Ask for the cheapest offer; the id of the operation."""
        answer = self.ask(self.offers()[0]["offerId"], key)
        assert answer.status == 202, answer.body
        return str(answer.json()["operationId"])

    def reissued(self, key: str = "key-1") -> str:
        """Ask for another eSIM of a line that is in use; the id of the operation."""
        if isinstance(self.emulator, EsimAccess):
            core = self.emulator.core
            with core.lock:
                Lifecycle(core).device(core.account.profiles[self.line_id], "enable")
        answer = self.send(
            "start_reissue",
            "POST",
            f"/subscriptions/{self.service_id}/reissue-esim",
            body={"reason": "lost", "confirmLoss": True},
            headers={"Idempotency-Key": key},
            user={**self.user, "auth_time": str(int(time.time()))},
        )
        assert answer.status == 202, answer.body
        return str(answer.json()["operationId"])

    def work(self, operation: str) -> dict[str, Any]:
        """One invocation of the worker."""
        job = self.job(operation)
        worker = importlib.import_module("functions.operations.worker")
        event = sqs_event({"jobId": job.id, "attempt": job.attempt}, queue="operation")
        answer: dict[str, Any] = worker.handler(event, FakeContext(remaining_ms=150_000))
        return answer

    def job(self, operation: str) -> Job:
        """The job as it is stored."""
        job = DynamoJobStore(self.tables[WORKFLOW]).get(operation_job_id(operation))
        assert job is not None
        return job

    def shown(self, operation: str) -> dict[str, Any]:
        """GET /operations/{id}."""
        answer = self.send("get_operation", "GET", f"/operations/{operation}")
        assert answer.status == 200, answer.body
        found: dict[str, Any] = answer.json()
        return found

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """What is on a queue."""
        answer = boto3.client("sqs", region_name=REGION).receive_message(
            QueueUrl=self.urls[queue], MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    def calls(self) -> dict[str, int]:
        """How many calls every vendor got since they were forgotten."""
        found = {"salesforce": 0, "whmcs": 0, "esim": len(self.emulator.journal.calls())}
        for name, number in self.vendors.calls().items():
            found[name.split()[0]] += number
        return found

    def forget_calls(self) -> None:
        """Count from here."""
        self.vendors.forget_calls()
        self.emulator.journal.clear()

    def become_another_lambda(self) -> None:
        """Forget what an execution environment keeps."""
        forget_environment()

    def refuse_top_ups(self) -> None:
        """The provider says no for good."""
        if self.name == "gigs":
            self.emulator.set_switches({"refuse_addons": "paymentFailed"})
        else:
            self.emulator.set_switches({"refuse": "200008"})

    def iccid(self) -> str:
        """The line's."""
        return provider_of(self.name, self.esim).get_line(self.line_id).iccid or ""

    def top_ups(self) -> int:
        """How many are in the provider's books."""
        books = self.emulator.dump()
        if self.name == "gigs":
            return len(books["projects"]["portal-local"]["subscriptionAddons"])
        return len(books["topUps"])

    def set_up(self) -> None:
        """The line, its service, and where they belong."""
        adapter = provider_of(self.name, self.esim)
        plan = PRODUCT.gigs_plan if self.name == "gigs" else PRODUCT.esim_access_plan
        assert plan is not None
        chen = Subscriber(user_id=USER_ID, email=CHEN.email, full_name="Chen")
        subscriber = adapter.subscribe(chen)
        line = adapter.activate(ref="line-1", plan=plan, subscriber_id=subscriber)
        found = adapter.find(
            subscriber_id=subscriber, refs=["line-1"], known={"line-1": line.line_id}
        )["line-1"]
        assert found.state is LineState.ACTIVE
        self.line_id = found.line_id
        self.service_id = self._service()
        self._order()
        DynamoServiceLines(self.tables[WORKFLOW]).remember(
            [
                ServiceLine(
                    service_id=self.service_id,
                    sf_order_id=ORDER_ID,
                    order_item_id="8025j0000000001AAA",
                    user_id=USER_ID,
                    client_id=CHEN_CLIENT,
                    provider=self.name,
                    line_id=self.line_id,
                    plan=plan,
                    pid=PRODUCT.whmcs_id,
                )
            ]
        )

    def _order(self) -> None:
        """The Order that the line came from."""
        order = {
            "Id": ORDER_ID,
            "AccountId": account_id(CHEN),
            "EffectiveDate": "2026-11-22",
            "Status": "Activated",
        }
        self.vendors.salesforce.seed({"records": {"Order": [order]}})

    def _service(self) -> int:
        client = self.vendors.whmcs_client()
        order = {
            "clientid": CHEN_CLIENT,
            "paymentmethod": "stripe",
            "pid": [PRODUCT.whmcs_id],
            "billingcycle": ["monthly"],
            "noinvoice": True,
        }
        placed = client.call("AddOrder", order, writes=True)
        client.call("AcceptOrder", {"orderid": placed["orderid"]}, writes=True)
        return int(placed["serviceids"])


def provider_of(name: ProviderName, server: Running) -> EsimProvider:
    """The adapter, outside of any Lambda."""
    options = {"url": server.url, "transport": Transport("esim", read_seconds=5)}
    adapter: type[Any] = GigsProvider if name == "gigs" else EsimAccessProvider
    made: EsimProvider = adapter(secret=FixedSecret(**SECRETS[name]), **options)
    return made


def forget_environment() -> None:
    """Empty the caches of the composition root and of the factories."""
    deps = importlib.import_module("functions.operations.deps")
    for name, builder in vars(deps).items():
        if name.startswith("build_"):
            builder.cache_clear()
    for value in vars(factories).values():
        if isinstance(value, functools._lru_cache_wrapper):  # its public name
            value.cache_clear()


@pytest.fixture(scope="session")
def esims() -> Iterator[dict[ProviderName, Running]]:
    """Both providers."""
    with running(Gigs({"portal-local": "token"})) as gigs, running(EsimAccess()) as access:
        yield {"gigs": gigs, "esim_access": access}


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest) -> ProviderName:
    """Which of them the stage runs with."""
    name: ProviderName = request.param
    return name


@pytest.fixture
def office(
    tables: Tables,
    vendors: Vendors,
    esims: dict[ProviderName, Running],
    provider: ProviderName,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Office]:
    server = esims[provider]
    server.emulator.reset()
    server.emulator.seed(gigs_seed() if provider == "gigs" else esim_access_seed())
    if provider == "esim_access":
        server.emulator.set_switches({"allocation": "immediate", "requests_per_second": 0})
    manager = boto3.client("secretsmanager", region_name=REGION)
    known = {secret["Name"] for secret in manager.list_secrets()["SecretList"]}
    for name, document in SECRETS.items():
        if name not in known:
            manager.create_secret(Name=name, SecretString=json.dumps(document))
    sqs = boto3.client("sqs", region_name=REGION)
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in QUEUES}
    for name, value in {
        **environment(vendors, urls["email"]),
        "CASE_QUEUE_URL": urls["case"],
        "OPERATION_QUEUE_URL": urls["operation"],
        "OPERATION_WAITING_QUEUE_URL": urls["operation-waiting"],
        "OPERATION_MAX_RETRIES": "7",
        "OPERATION_PATIENCE_HOURS": "6",
        "WHMCS_PAYMENT_METHOD": "stripe",
        "ESIM_PROVIDER": provider,
        "ESIM_API_URL": server.url,
        "ESIM_SECRET_ID": provider,
        "ESIM_REISSUES_PER_MONTH": "2",
    }.items():
        monkeypatch.setenv(name, value)
    forget_environment()
    mapping = CustomerMapping(
        user_id=USER_ID,
        email=CHEN.email,
        whmcs_client_id=CHEN_CLIENT,
        sf_account_id=account_id(CHEN),
        customer_number=CHEN.number,
        first_name=CHEN.first_name,
    )
    tables[IDENTITY].put(mapping_item(mapping))
    made = Office(provider, tables, vendors, server, urls)
    made.set_up()
    made.forget_calls()
    yield made
    for url in urls.values():
        sqs.delete_queue(QueueUrl=url)
    forget_environment()
