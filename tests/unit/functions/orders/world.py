"""POST /orders over a real table, a fixed shelf and whichever Salesforce a test wants."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from portal.domain.catalog import AccountEligibility
from portal.domain.mail import MailTemplate
from portal.identity.merged_accounts import MergedAccounts
from portal.repositories.order_requests import DynamoOrderRequests

from functions.orders import create_order
from functions.orders.checkout import Checkout
from functions.orders.deps import CreateOrderDeps, build_create_order
from functions.orders.placing import Placing
from tests.events import USER_ID, Answer, call, claims, rest_event
from tests.fakes.accounts import FakeAccounts, account
from tests.fakes.billing import FakeAddresses
from tests.fakes.catalog import FakeCatalog
from tests.fakes.clock import FakeClock
from tests.fakes.directory import FakeDirectory, customer
from tests.fakes.mail import FakeMailQueue
from tests.fakes.orders import FakeOrders
from tests.tables import IDEMPOTENCY, Tables

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SECOND_USER = "0f1e2d3c-0000-4000-8000-000000000002"
LEASE = 36.0
DAY = 24 * 3600.0


@dataclass
class Shop:
    """Everything behind POST /orders; `order` sends a cart through the handler."""

    tables: Tables
    catalog: Any
    account: AccountEligibility = field(
        default_factory=lambda: AccountEligibility(dwelling="Home", tier="1G", region="East")
    )
    can_pay: bool = True
    orders: Any = field(default_factory=FakeOrders)
    addresses: Any = field(default_factory=FakeAddresses)
    mail_queue: FakeMailQueue = field(default_factory=FakeMailQueue)
    clock: FakeClock = field(default_factory=FakeClock)
    eligibility_reads: int = 0
    accounts: FakeAccounts = field(default_factory=lambda: FakeAccounts(account()))
    directory: FakeDirectory = field(
        default_factory=lambda: FakeDirectory(
            customer(),
            customer(
                SECOND_USER,
                sf_account_id="001000000000102AAA",
                customer_number="CN-000102",
                email="second@example.com",
            ),
        )
    )
    requests: Any = field(init=False)

    def __post_init__(self) -> None:
        """The repository as a Lambda has it."""
        self.requests = DynamoOrderRequests(self.tables[IDEMPOTENCY], clock=self.clock)

    def placing(self, **changes: Any) -> Placing:
        """One Lambda's saga; `changes` replace ports."""
        checked: dict[str, Any] = {
            "catalog": self.catalog,
            "eligibility": self._eligibility,
            "can_pay": lambda _: self.can_pay,
            "addresses": self.addresses,
            "today": lambda: TODAY,
            "now": lambda: NOW,
        }
        checked |= {name: changes.pop(name) for name in checked.keys() & changes.keys()}
        ports: dict[str, Any] = {
            "requests": self.requests,
            "checkout": Checkout(**checked),
            "orders": self.orders,
            "mail_queue": self.mail_queue,
            "current": self._merged.current,
            "wait": self.clock.advance,
        }
        return Placing(**{**ports, **changes})

    @property
    def _merged(self) -> MergedAccounts:
        return MergedAccounts(
            self.accounts, self.accounts, self.directory, self.directory, self.clock
        )

    def install(self, **changes: Any) -> None:
        """Give the handler this shop."""
        deps = CreateOrderDeps(directory=self.directory, placing=self.placing(**changes))
        create_order.app.override(build_create_order, lambda: deps)

    def order(
        self,
        *items: Any,
        key: str | None = None,
        user: str = USER_ID,
        **body: Any,
    ) -> Answer:
        """POST /orders."""
        headers = {} if key is None else {"Idempotency-Key": key}
        event = rest_event(
            "POST",
            "/orders",
            body={"items": list(items), **body},
            headers=headers,
            user=claims(user),
        )
        return call(create_order.handler, event)

    def send(self, body: Any, headers: dict[str, str] | None = None) -> Answer:
        """POST /orders with any body at all."""
        event = rest_event("POST", "/orders", body=body, headers=headers, user=claims())
        return call(create_order.handler, event)

    def mails(self) -> set[str]:
        """Keys of the mails that a sender would send."""
        return {
            job.dedup_key
            for job in self.mail_queue.jobs
            if job.template is MailTemplate.ORDER_RECEIVED
        }

    def _eligibility(self, _: str) -> AccountEligibility:
        self.eligibility_reads += 1
        return self.account


def shop_of(tables: Tables, *products: Any, **changes: Any) -> Shop:
    """A shop that sells these and is installed."""
    shop = Shop(tables, FakeCatalog(*products), **changes)
    shop.install()
    return shop
