"""The ports of the commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from portal.api.rate_limit import RateLimiter
from portal.catalog.cache import CatalogStore
from portal.domain.provisioning_order import LoadedOrder
from portal.domain.registration import Registration
from portal.engine.ports import JobStore, Queue
from portal.ports.accounts import AccountMerges
from portal.ports.billing_orders import BillingOrders, BillingServices
from portal.ports.catalog import CatalogSource
from portal.ports.identity import CustomerDirectory, CustomerRecords, OperatorDirectory
from portal.ports.invoicing import Invoicing

if TYPE_CHECKING:
    from portal.smoke.run import Smoke

    from ops.audit import AuditPorts
    from ops.doctor.installation import Installation


@dataclass(frozen=True, kw_only=True)
class SalesforceOrder:
    """An Order with the fields for operators. `last_at` is Salesforce's text."""

    order: LoadedOrder
    error_code: str
    last_at: str


class OrderReader(Protocol):
    """Reads one Order."""

    def read(self, order_id: str) -> SalesforceOrder | None:
        """Return the Order (18 characters); None when there is none. Raises UpstreamErrors."""
        ...


class OperatorJobs(JobStore, Protocol):
    """The store of jobs with their history."""

    def history(self, job_id: str) -> Iterator[dict[str, Any]]:
        """Yield the lines of a job's history, oldest first."""
        ...


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A message that was given up. `body` is JSON with ids only."""

    id: str
    body: str
    sent_at: datetime


@dataclass(frozen=True)
class Moved:
    """The messages that were moved back, and those that were kept."""

    moved: Sequence[DeadLetter]
    left: Sequence[DeadLetter]


class DeadLetters(Protocol):
    """A dead-letter queue."""

    def look(self, limit: int) -> Sequence[DeadLetter]:
        """Return at most `limit` messages. They stay in the queue."""
        ...

    def move_back(self, limit: int, keep: Callable[[DeadLetter], bool]) -> Moved:
        """Send at most `limit` messages to their queue again. Those to `keep` stay."""
        ...


@dataclass(frozen=True, kw_only=True)
class CatalogPorts:
    """For `ops catalog`; `clock` gives epoch seconds."""

    source: CatalogSource
    store: CatalogStore
    clock: Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class JobPorts:
    """For what cancels and starts jobs of a queue; `clock` gives epoch seconds."""

    jobs: OperatorJobs
    queue: Queue
    clock: Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class OperationPorts:
    """For `ops operation show`."""

    stage: str
    jobs: JobPorts
    invoicing: Invoicing


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
    operation: DeadLetters
    operation_waiting: DeadLetters
    email: DeadLetters
    case: DeadLetters
    clock: Callable[[], float]


class Root(Protocol):
    """Gives a command its ports, which are created when they are needed.

    All methods raise OpsError, ConfigurationError and botocore's errors.
    """

    def catalog(self) -> CatalogPorts:
        """For `ops catalog`."""
        ...

    def jobs(self) -> JobPorts:
        """For what changes a provisioning job."""
        ...

    def operation_jobs(self) -> JobPorts:
        """For what changes an operation."""
        ...

    def operation(self) -> OperationPorts:
        """For `ops operation show`."""
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

    def audit(self) -> AuditPorts:
        """For `ops audit`."""
        ...

    def stage_name(self) -> str:
        """The name of the stage."""
        ...

    def smoke(self) -> Smoke:
        """For `ops smoke`."""
        ...

    def doctor(self) -> Installation:
        """For `ops doctor`."""
        ...
