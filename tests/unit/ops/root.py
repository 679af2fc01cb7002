"""A stage in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.api.rate_limit import RateLimiter
from portal.domain.limits import LIMITS
from portal.domain.upstream import UpstreamError
from portal.ports.catalog import CatalogSource
from portal.ports.invoicing import BilledInvoice
from portal.repositories.workflow import timestamp
from typer.testing import CliRunner, Result

from ops.cli import app
from ops.ports import (
    CatalogPorts,
    DeadLetter,
    DeadLetterPorts,
    JobPorts,
    Moved,
    NumberPorts,
    OperationPorts,
    OrderPorts,
    SalesforceOrder,
    UserPorts,
)
from tests.fakes.accounts import FakeAccounts
from tests.fakes.catalog import FakeCatalogSource
from tests.fakes.directory import FakeDirectory
from tests.fakes.faults import Faults
from tests.fakes.provisioning import (
    FakeSalesforce,
    FakeWhmcs,
    FakeWhmcsOrders,
    FakeWhmcsServices,
)
from tests.fakes.rate_limits import FakeRateCounters
from tests.fakes.registrations import FakeIdentity
from tests.fakes.workflow import FakeClock, FakeQueue, MemoryJobStore


class RecallingJobStore(MemoryJobStore):
    """A store that shows its history as the table has it."""

    def history(self, job_id: str) -> Iterator[dict[str, Any]]:
        for owner, event in self.events:
            if owner == job_id:
                yield {
                    "sk": f"EVT#{timestamp(event.at)}#0",
                    "attempt": event.attempt,
                    "kind": event.kind,
                    "step": event.step or None,
                }


class FakeOrderReader:
    """`OrderReader` over the fake Salesforce."""

    def __init__(self, salesforce: FakeSalesforce, error_code: str = "") -> None:
        self.salesforce = salesforce
        self.error_code = error_code

    def read(self, order_id: str) -> SalesforceOrder | None:
        found = self.salesforce.load(order_id)
        if found is None:
            return None
        return SalesforceOrder(order=found.order, error_code=self.error_code, last_at="")


class FakeCatalogStore:
    """The part of `CatalogStore` that ages the copy; the rest is not to be used."""

    def __init__(self) -> None:
        self.invalidated: list[int] = []

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the operator's tools do not use {name}")

    def invalidate(self, *, read_at: int) -> None:
        self.invalidated.append(read_at)


class FakeDeadLetters:
    """`DeadLetters` over a list."""

    def __init__(self, *letters: DeadLetter) -> None:
        self.letters = list(letters)
        self.sent: list[DeadLetter] = []

    def look(self, limit: int) -> Sequence[DeadLetter]:
        return self.letters[:limit]

    def move_back(self, limit: int, keep: Callable[[DeadLetter], bool]) -> Moved:
        chosen = self.letters[:limit]
        left = [letter for letter in chosen if keep(letter)]
        moved = [letter for letter in chosen if letter not in left]
        self.letters = [letter for letter in self.letters if letter not in moved]
        self.sent += moved
        return Moved(moved, left)


class _Invoices:
    """`Invoicing` of which the operator's tools only read."""

    def __init__(self, root: MemoryRoot) -> None:
        self._root = root

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the operator's tools do not use {name}")

    def read(self, invoice_id: int) -> BilledInvoice | None:
        if self._root.invoice_failure is not None:
            raise self._root.invoice_failure
        return self._root.invoices.get(invoice_id)


@dataclass
class MemoryRoot:
    """`Root` over fakes; `error` is what looking the stage up raises."""

    clock: FakeClock = field(default_factory=FakeClock)
    faults: Faults = field(default_factory=Faults)
    source: CatalogSource = field(default_factory=FakeCatalogSource)
    store: Any = field(default_factory=FakeCatalogStore)
    provision_letters: FakeDeadLetters = field(default_factory=FakeDeadLetters)
    waiting_letters: FakeDeadLetters = field(default_factory=FakeDeadLetters)
    operation_letters: FakeDeadLetters = field(default_factory=FakeDeadLetters)
    email_letters: FakeDeadLetters = field(default_factory=FakeDeadLetters)
    case_letters: FakeDeadLetters = field(default_factory=FakeDeadLetters)
    directory: FakeDirectory = field(default_factory=FakeDirectory)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    error: Exception | None = None

    signups: FakeIdentity = field(default_factory=FakeIdentity)
    limiter: RateLimiter = field(
        default_factory=lambda: RateLimiter(FakeRateCounters(), dict(LIMITS))
    )

    def __post_init__(self) -> None:
        self.salesforce = FakeSalesforce(self.faults, None)
        self.reader = FakeOrderReader(self.salesforce)
        self.job_store = RecallingJobStore()
        self.queue = FakeQueue(self.clock)
        self.invoices: dict[int, BilledInvoice] = {}
        self.invoice_failure: UpstreamError | None = None
        self.whmcs = FakeWhmcs(self.faults, self.clock)

    def catalog(self) -> CatalogPorts:
        if self.error is not None:
            raise self.error
        return CatalogPorts(source=self.source, store=self.store, clock=self.clock)

    def jobs(self) -> JobPorts:
        return JobPorts(jobs=self.job_store, queue=self.queue, clock=self.clock)

    def operation_jobs(self) -> JobPorts:
        return self.jobs()

    def operation(self) -> OperationPorts:
        return OperationPorts(stage="test", jobs=self.jobs(), invoicing=_Invoices(self))

    def order(self) -> OrderPorts:
        return OrderPorts(
            stage="test",
            order_page="https://org.example/{}".format,
            orders=self.reader,
            jobs=self.job_store,
            directory=self.directory,
            billing=FakeWhmcsOrders(self.whmcs),
            services=FakeWhmcsServices(self.whmcs),
        )

    def numbers(self) -> NumberPorts:
        return NumberPorts(
            directory=self.directory,
            signups=self.signups,
            limiter=self.limiter,
            clock=self.clock,
        )

    def users(self) -> UserPorts:
        return UserPorts(
            directory=self.directory,
            remaps=self.directory,
            merges=self.accounts,
            clock=self.clock,
        )

    def dead_letters(self) -> DeadLetterPorts:
        return DeadLetterPorts(
            provision=self.provision_letters,
            provision_waiting=self.waiting_letters,
            operation=self.operation_letters,
            operation_waiting=FakeDeadLetters(),
            email=self.email_letters,
            case=self.case_letters,
            clock=self.clock,
        )

    def run(self, *arguments: str, answer: str = "") -> Result:
        """Run a command; `answer` is typed at its question."""
        return CliRunner().invoke(app, arguments, obj=self, input=answer)
