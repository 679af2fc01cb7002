"""What the commands work on, as they see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from portal.api.rate_limit import RateLimiter
from portal.catalog.cache import CatalogStore
from portal.domain.provisioning_order import LoadedOrder
from portal.domain.registration import Registration
from portal.engine.ports import JobStore, Queue
from portal.ports.accounts import AccountMerges
from portal.ports.billing_orders import BillingOrders, BillingServices
from portal.ports.catalog import CatalogSource
from portal.ports.identity import CustomerDirectory, CustomerRecords, OperatorDirectory


@dataclass(frozen=True, kw_only=True)
class SalesforceOrder:
    """An Order as the operator is shown it; `last_at` is Salesforce's own text."""

    order: LoadedOrder
    error_code: str
    last_at: str


class OrderReader(Protocol):
    """Reading one Order."""

    def read(self, order_id: str) -> SalesforceOrder | None:
        """The Order (18 characters); None when there is none. Raises UpstreamError."""
        ...


class OperatorJobs(JobStore, Protocol):
    """Jobs with their history."""

    def history(self, job_id: str) -> Iterator[dict[str, Any]]:
        """The history, oldest first."""
        ...


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A message that was given up; `body` is JSON with ids only."""

    id: str
    body: str
    sent_at: datetime


@dataclass(frozen=True)
class Moved:
    """What was moved back, and what was left where it is."""

    moved: Sequence[DeadLetter]
    left: Sequence[DeadLetter]


class DeadLetters(Protocol):
    """A dead-letter queue."""

    def look(self, limit: int) -> Sequence[DeadLetter]:
        """At most `limit` messages; they stay."""
        ...

    def move_back(self, limit: int, keep: Callable[[DeadLetter], bool]) -> Moved:
        """Send at most `limit` messages to their queue again; those to `keep` stay."""
        ...


@dataclass(frozen=True, kw_only=True)
class CatalogPorts:
    """For `ops catalog`; `clock` gives epoch seconds."""

    source: CatalogSource
    store: CatalogStore
    clock: Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class JobPorts:
    """For `ops order cancel` and `ops redrive`; `clock` gives epoch seconds."""

    jobs: OperatorJobs
    queue: Queue
    clock: Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class OrderPorts:
    """For `ops order show`; `order_page` gives the address of an Order's page in Salesforce."""

    stage: str
    order_page: Callable[[str], str]
    orders: OrderReader
    jobs: OperatorJobs
    directory: CustomerDirectory
    billing: BillingOrders
    services: BillingServices


@dataclass(frozen=True, kw_only=True)
class UserPorts:
    """For `ops users`; `clock` gives epoch seconds."""

    directory: OperatorDirectory
    remaps: CustomerRecords
    merges: AccountMerges
    clock: Callable[[], float]


class UnfinishedSignups(Protocol):
    """Sign-ups that have not come to an end."""

    def of_number(self, customer_number: str) -> Registration | None:
        """The unfinished registration that holds a customer number."""
        ...


@dataclass(frozen=True, kw_only=True)
class NumberPorts:
    """For `ops numbers`; `clock` gives epoch seconds."""

    directory: OperatorDirectory
    signups: UnfinishedSignups
    limiter: RateLimiter
    clock: Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class DeadLetterPorts:
    """For `ops redrive --dead-letters`; `clock` gives epoch seconds."""

    provision: DeadLetters
    provision_waiting: DeadLetters
    email: DeadLetters
    case: DeadLetters
    clock: Callable[[], float]


class Root(Protocol):
    """Where a command gets its ports; each is put together when it is asked for.

    All raise OpsError, ConfigurationError and botocore's errors.
    """

    def catalog(self) -> CatalogPorts:
        """For `ops catalog`."""
        ...

    def jobs(self) -> JobPorts:
        """For what changes a job."""
        ...

    def order(self) -> OrderPorts:
        """For `ops order show`."""
        ...

    def users(self) -> UserPorts:
        """For `ops users`."""
        ...

    def numbers(self) -> NumberPorts:
        """For `ops numbers`."""
        ...

    def dead_letters(self) -> DeadLetterPorts:
        """For `ops redrive --dead-letters`."""
        ...
