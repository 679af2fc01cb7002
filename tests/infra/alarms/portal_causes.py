"""What raises the alarms on the portal's own metrics: each cause lets the real code meet it.

A cause is called with the `Place` where it happens, once for every area whose Lambdas can report
it. What the code prints meanwhile is all that CloudWatch would get.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pytest
import responses
from botocore.stub import Stubber
from portal.adapters.circuit import FAILURES, Circuit
from portal.adapters.cognito import CognitoUsers
from portal.adapters.salesforce.catalog import SalesforceCatalogSource
from portal.adapters.salesforce.esim_products import SalesforceEsimProducts
from portal.adapters.salesforce.orders import SalesforceOrders
from portal.catalog.cache import CatalogCache
from portal.domain.catalog import Rejection
from portal.domain.upstream import (
    AllowanceUsedUp,
    Refused,
    Unauthorized,
    Unavailable,
    UpstreamError,
)
from portal.engine.metrics import JobMetrics
from portal.engine.model import Task
from portal.engine.start import enqueue
from portal.engine.states import Status
from portal.engine.sweeper import LOST_AFTER, STUCK_AFTER, KindQueues, Sweeper
from portal.identity.merged_accounts import AccountConflict
from portal.queues.verdict import ACK
from portal.repositories.catalog import DynamoCatalogStore
from portal.smoke.run import Smoke
from portal.workflow_kinds import PROVISION, REISSUE, TOPUP, WORKFLOW_KINDS, WorkflowKind

from functions.audit.night import GIVEN_UP_SECONDS
from functions.provision import sweeper
from functions.smoke.scheduled import measured
from infra.alarms import GUARDED_UPSTREAMS
from tests.fakes.accounts import FakeAccounts, account
from tests.fakes.billing import TOKYO, FakeAddresses
from tests.fakes.catalog import FakeCatalogSource, product
from tests.fakes.directory import ACCOUNT_ID, FakeDirectory, customer
from tests.fakes.workflow import FakeClock, FakeQueue, MemoryJobStore, toy_job
from tests.tables import CATALOG, IDEMPOTENCY, Tables
from tests.unit.adapters import test_cognito
from tests.unit.adapters.esim_access import test_provider as test_esim_access
from tests.unit.adapters.salesforce.test_client import DATA, ORG, client_of
from tests.unit.adapters.whmcs import test_client as test_whmcs_client
from tests.unit.api import test_signature
from tests.unit.audit.healthy import change, healthy
from tests.unit.engine.toy import Toy
from tests.unit.functions.audit.test_night import Night
from tests.unit.functions.auth.test_passwords import change as change_password
from tests.unit.functions.auth.world import World as Identity
from tests.unit.functions.auth.world import wired
from tests.unit.functions.operations.world import World as Operations
from tests.unit.functions.orders.world import shop_of
from tests.unit.identity import test_merged_accounts as merged
from tests.unit.queues.test_consumer import HANAKO, Office, always
from tests.unit.queues.test_recorded_work import Bench
from tests.unit.smoke.test_run import CUSTOMER, MemoryPortal

LINE = {"sku": "A", "quantity": 1, "billingCycle": "monthly"}
HALF_AN_HOUR = 1_801.0
SECOND_ACCOUNT = merged.KEPT


@dataclass(frozen=True)
class Place:
    """Where a cause happens; tables are empty."""

    tables: Tables
    monkeypatch: pytest.MonkeyPatch


Cause = Callable[[Place], None]


class Answers:
    """A client of Salesforce whose answers are given."""

    def __init__(self, **answers: Any) -> None:
        self._answers = answers

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *_, **__: self._answers[name]


class RefusingQueue(FakeQueue):
    """Cannot be reached."""

    def put(self, task: Task, *, delay_seconds: float = 0.0) -> None:
        raise Unavailable("sqs", "SendMessage", "down")


def _fails(kind: WorkflowKind, *, report: Callable[[str], None] | None = None) -> Cause:
    """A job of the kind is refused for good; `report` is called with how it ended."""

    def cause(_: Place) -> None:
        toy = Toy(observer=JobMetrics(kind.metrics, ()))
        toy.ledger.refuses = True
        toy.report = report or toy.report
        toy.ask()
        toy.settle()

    return cause


def _refuse_report(_: str) -> None:
    raise Refused("salesforce", "update", "a validation rule says no")


def _swept(kind: WorkflowKind, status: Status, after: float) -> Cause:
    """The schedule finds a job that has not changed for so long."""

    def cause(place: Place) -> None:
        clock, store = FakeClock(), MemoryJobStore()
        store.replace(toy_job(id=f"{kind.name}#1", kind=kind.name, status=status))
        clock.now += after
        queues = {
            each.name: KindQueues(fresh=FakeQueue(clock), waiting=FakeQueue(clock))
            for each in WORKFLOW_KINDS
        }
        place.monkeypatch.setattr(
            sweeper, "build_sweeper", lambda: Sweeper(store, queues, clock=clock)
        )
        sweeper.handler({}, None)  # type: ignore[arg-type]  # the context is not used

    return cause


def _topup_fails(*, refunds: bool) -> Cause:
    """The provider refuses a top-up that was paid, and WHMCS gives the money back or not."""

    def cause(_: Place) -> None:
        world = Operations()
        world.provider.refuses, world.books.refuses_credit = True, not refunds
        world.ask()
        world.settle()

    return cause


def _message(error: UpstreamError, *, again_after: float = 0.0) -> Cause:
    """The work of a mail or a Case fails; once more after so many seconds."""

    def cause(_: Place) -> None:
        bench = Bench()
        bench.run(error)
        if again_after:
            bench.clock.advance(again_after)
            bench.run(error)

    return cause


def _circuit(upstream: str) -> Cause:
    def call() -> None:
        raise Unavailable(upstream, "call", "down")

    def cause(_: Place) -> None:
        circuit = Circuit(upstream, table=IDEMPOTENCY)
        for _call in range(FAILURES):
            with pytest.raises(UpstreamError):
                circuit.run(call)

    return cause


def _unexpected(_: Place) -> None:
    def work(_message: object) -> Any:
        raise ZeroDivisionError

    Office(work).consume(HANAKO)


def _quota(_: Place) -> None:
    with responses.RequestsMock() as mock:
        mock.post(f"{ORG}/services/oauth2/token", json={"access_token": "00Dtoken"})
        mock.get(
            f"{DATA}/query",
            json={"records": [], "done": True},
            headers={"Sforce-Limit-Info": "api-usage=81/100"},
        )
        client_of(ORG).query("SELECT Id FROM Account")


def _signature(_: Place) -> None:
    test_signature.refusal(test_signature.event(secret="somebody-else"))


def _notice(_: Place) -> None:
    with wired(Identity()) as member:
        member.signup()
        member.mail_queue.failure = Unavailable("sqs", "SendMessageBatch", "")
        change_password(member)


def _rotation(_: Place) -> None:
    client: Any = boto3.client("cognito-idp")
    result = {k: v for k, v in test_cognito.RESULT.items() if k != "RefreshToken"}
    with Stubber(client) as stub:
        stub.add_response("get_tokens_from_refresh_token", {"AuthenticationResult": result})
        CognitoUsers(
            user_pool_id=test_cognito.POOL, client_id="id", client_secret="", client=lambda: client
        ).refresh("old")


def _order_mail(place: Place) -> None:
    shop = shop_of(place.tables, product("A"))
    shop.mail_queue.failure = Unavailable("sqs", "SendMessageBatch", "")
    assert shop.order(LINE).status == 201


def _order_address(place: Place) -> None:
    placed = {"placed": {"Id": "801000000000001AAA", "OrderNumber": "1"}}
    orders: Any = SalesforceOrders(Answers(graph=placed))  # type: ignore[arg-type]  # by its methods
    address = FakeAddresses(replace(TOKYO, postcode="9" * 40))
    shop = shop_of(place.tables, product("A"), orders=orders, addresses=address)
    assert shop.order(LINE).status == 201


def _rejected_product(place: Place) -> None:
    source = FakeCatalogSource(product("A"))
    source.rejections = [Rejection(sku="B", sf_product_id="01t", reason="ProductCode is odd")]
    store = DynamoCatalogStore(place.tables[CATALOG])
    CatalogCache(source=source, store=store, clock=FakeClock(), wait=lambda _: None).current()


def _order_form(_: Place) -> None:
    client: Any = Answers(query_with_describe=([], None))
    SalesforceCatalogSource(client, pricebook="Portal", currency="JPY").read_with_order_form()


def _topup_settings(_: Place) -> None:
    record = {"Id": "01t", "eSIM_Settings_JSON__c": "{", "WHMCS_Product_Id__c": 1}
    client: Any = Answers(query=[record])
    SalesforceEsimProducts(client).read("gigs")


def _account_conflict(_: Place) -> None:
    other = customer("other", sf_account_id=SECOND_ACCOUNT, customer_number="CN-000909")
    world = merged.World(directory=FakeDirectory(customer(), other))
    world.accounts.merge(ACCOUNT_ID, SECOND_ACCOUNT)
    with pytest.raises(AccountConflict):
        world.merged.current(customer())


def _account_missing(_: Place) -> None:
    merged.World(accounts=FakeAccounts(account("CN-9", id=merged.LAST))).merged.current(customer())


def _esim_access(code: str) -> Cause:
    """eSIM Access refuses a request with a code."""

    def cause(_: Place) -> None:
        with responses.RequestsMock() as mock, suppress(UpstreamError):
            mock.post(f"{test_esim_access.BASE}/esim/order", json=test_esim_access.bad(code))
            test_esim_access.provider().activate(ref="ref", plan="JP_5_30", subscriber_id="user-1")

    return cause


def _pages(_: Place) -> None:
    with responses.RequestsMock() as mock:
        mock.post(test_whmcs_client.URL, json=test_whmcs_client.invoices(0, 7))
        client, _secret = test_whmcs_client.client_of()
        list(client.pages("GetInvoices", {}, container="invoices", child="invoice"))


def _finding(_: Place) -> None:
    Night(seen=change(healthy(21), "products", 0, charged="1")).invoke()


def _no_audit(_: Place) -> None:
    night = Night()
    night.invoke()
    for _run in range(2):
        night.clock.advance(GIVEN_UP_SECONDS + 60)
        night.invoke(remaining=30.0)


def _stuck_and_lost() -> dict[str, Cause]:
    return {
        f"{kind.metrics}{word}": _swept(kind, status, after)
        for kind in WORKFLOW_KINDS
        for word, status, after in (
            ("Stuck", Status.RUNNING, STUCK_AFTER),
            ("Lost", Status.QUEUED, LOST_AFTER),
        )
    }


def _smoke_fails(_: Place) -> None:
    measured(Smoke(MemoryPortal(products=[]), CUSTOMER, lambda: 0.0))


def portal_causes() -> dict[str, Cause]:
    """The causes by the alarm's name without the stage's prefix."""
    down = Unavailable("sendgrid", "send", "down")
    denied = Unauthorized("sendgrid", "send", "no such key")
    return {
        "UnexpectedErrors": _unexpected,
        "SalesforceQuota": _quota,
        "ProvisioningFailed": _fails(PROVISION),
        "ProvisioningUnreported": _fails(PROVISION, report=_refuse_report),
        "TopupFailed": _fails(TOPUP),
        "ReissueFailed": _fails(REISSUE),
        **_stuck_and_lost(),
        "TopupRefunded": _topup_fails(refunds=True),
        "TopupNotSettled": _topup_fails(refunds=False),
        "TopupSettingsRejected": _topup_settings,
        "UnreadableMessages": lambda _: _ignore(Office(always(ACK)).consume("{")),
        "EnqueueFailures": lambda _: enqueue(RefusingQueue(FakeClock()), Task("job", 1)),
        **{f"CircuitOpened{name.title()}": _circuit(name) for name in GUARDED_UPSTREAMS},
        "SignatureFailures": _signature,
        "EmailFailed": _message(Refused("sendgrid", "send", "no such address")),
        "EmailAllowanceUsedUp": _message(AllowanceUsedUp("sendgrid", "send", "used up")),
        "EmailAccessDenied": _message(denied),
        "CaseAccessDenied": _message(denied),
        "EmailDelayed": _message(down, again_after=HALF_AN_HOUR),
        "CaseDelayed": _message(down, again_after=HALF_AN_HOUR),
        "OrderMailsNotQueued": _order_mail,
        "NoticesLost": _notice,
        "RefreshTokenRotationOff": _rotation,
        "CatalogProductsRejected": _rejected_product,
        "OrderFormUnknown": _order_form,
        "OrderAddressIncomplete": _order_address,
        "CustomerAccountConflicts": _account_conflict,
        "CustomerAccountsMissing": _account_missing,
        "EsimProviderFundsExhausted": _esim_access("200007"),
        "WhmcsPagesRepeated": _pages,
        "UnknownVendorErrors": _esim_access("987654"),
        "AuditFindings": _finding,
        "SmokeFailed": _smoke_fails,
        "AuditOverdue": _no_audit,
    }


def _ignore(_: Sequence[object]) -> None:
    return None
