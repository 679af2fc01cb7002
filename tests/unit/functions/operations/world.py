"""One eSIM line, everything that a top-up of it touches, and queues that drive the real worker."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from portal.domain.lease import NOT_LEASED
from portal.domain.money import Money
from portal.domain.service_line import ServiceLine
from portal.domain.topup import TopUpOffer
from portal.engine.model import Job, StepState, Task
from portal.engine.runner import Runner
from portal.engine.start import Cancellation, cancel
from portal.engine.states import Status
from portal.engine.steps import Workflow
from portal.engine.sweeper import KindQueues, Sweeper
from portal.operations.job import CANCELLED_TEXT, operation_job_id
from portal.operations.start import Begun, Operations, Wanted
from portal.ports.invoicing import InvoiceStatus
from portal.queues.backoff import Policy
from portal.queues.fresh_and_waiting import ConsumedQueue, FreshAndWaiting
from portal.queues.task_consumer import task_consumer
from portal.queues.task_message import TaskMessage
from portal.workflow_kinds import REISSUE, TOPUP

from functions.operations.topup.asked import settled
from functions.operations.topup.ports import TopUpPorts
from functions.operations.topup.records import INVOICE, InvoiceRecord
from functions.operations.topup.workflow import TEXTS, top_up
from tests.events import USER_ID, FakeContext
from tests.fakes.directory import FakeDirectory, customer
from tests.fakes.faults import Faults, Killed
from tests.fakes.invoicing import (
    FakeBillingClients,
    FakeBooks,
    FakeCredits,
    FakeInvoicing,
    FakeServiceReader,
)
from tests.fakes.provisioning import (
    ESIM_OFFER,
    FakeEsimWaits,
    FakeServiceLines,
    FaultyMailQueue,
)
from tests.fakes.topups import LINE_ID, FakeLineChanges, FakeTopUps, FaultyCaseJobs, Shape
from tests.fakes.workflow import FakeClock, FakeObserver, FakeQueue, MemoryJobStore

SERVICE_ID, CLIENT_ID = 77, 42
PRICE = Decimal(1500)
SWEEP_EVERY = 300.0
HOUR = 3_600.0
OFFER = TopUpOffer(
    provider="gigs",
    provider_offer=ESIM_OFFER.offer_id,
    name="5 GB",
    price=Money.of(PRICE, "JPY"),
    data_bytes=ESIM_OFFER.data_bytes,
)
LINE = ServiceLine(
    service_id=SERVICE_ID,
    sf_order_id="8015j0000000001AAA",
    order_item_id="8025j0000000001AAA",
    user_id=USER_ID,
    client_id=CLIENT_ID,
    provider="gigs",
    line_id=LINE_ID,
    plan="pln_10gb",
    pid=301,
)


NOTHING_TO_DO = Workflow(
    kind=REISSUE.name,
    steps=[],
    texts=TEXTS,
    on_stopped=lambda _run: None,
    result=lambda _run: {},
)
"""A reissue of the line, as far as top-ups notice it."""


class World:
    """Ask for top-ups, then let time pass."""

    def __init__(self, shape: Shape = "listing") -> None:
        self.clock = FakeClock()
        self.faults = Faults()
        self.books = FakeBooks(self.faults, self.clock)
        self.provider = FakeTopUps(self.faults, clock=self.clock, shape=shape)
        self.waits = FakeEsimWaits(self.faults)
        self.cases = FaultyCaseJobs(self.faults)
        self.mail_queue = FaultyMailQueue(self.faults)
        self.store = MemoryJobStore(self.faults)
        self.queue = FakeQueue(self.clock, self.faults, name="operation")
        self.waiting = FakeQueue(self.clock, self.faults, name="operation-waiting")
        self.queues = FreshAndWaiting(_consumed(self.queue), _consumed(self.waiting))
        self.observer = FakeObserver()
        self.lines = FakeServiceLines(self.faults)
        self.lines.remember([LINE])
        self.directory = FakeDirectory(customer())
        self.ports = TopUpPorts(
            lines=self.lines,
            directory=self.directory,
            services=FakeServiceReader(self.books),
            clients=FakeBillingClients(self.books),
            invoicing=FakeInvoicing(self.books),
            credits=FakeCredits(self.books),
            esim=self.provider,
            changes=FakeLineChanges(self.faults),
            waits=self.waits,
            cases=self.cases,
            mail_queue=self.mail_queue,
            payment_method="stripe",
        )
        self.faults.names.clear()

    def operations(self) -> Operations:
        """A fresh process behind the API."""
        return Operations(store=self.store, queue=self.queue, clock=self.clock)

    def wanted(self, key: str = "key-1", **changes: Any) -> Wanted:
        """A top-up of the line."""
        values: dict[str, Any] = {
            "kind": TOPUP,
            "user_id": USER_ID,
            "client_id": CLIENT_ID,
            "service_id": SERVICE_ID,
            "key": key,
            "asked": {"offerId": OFFER.offer_id},
        }
        return Wanted(**{**values, **changes})

    def ask(self, key: str = "key-1") -> Begun:
        """The customer asks, once or again."""
        wanted, operations = self.wanted(key), self.operations()
        return operations.earlier(wanted) or operations.begin(wanted, settled(OFFER))

    def ask_for_a_reissue(self, key: str) -> Begun:
        """The customer asks for another profile of the same line."""
        wanted = self.wanted(key, kind=REISSUE)
        operations = self.operations()
        return operations.earlier(wanted) or operations.begin(wanted, {})

    def job(self, key: str = "key-1") -> Job:
        """The record as it is stored."""
        return self.store.jobs[operation_job_id(self.wanted(key).operation_id)]

    def cancel(self, key: str = "key-1") -> Cancellation:
        """An operator calls it off."""
        job_id, now = self.job(key).id, self.clock.now
        return cancel(self.store, self.queue, job_id, text=CANCELLED_TEXT, now=now)

    def runner(self) -> Runner:
        """A fresh process behind the queue."""
        return Runner(
            store=self.store,
            workflows={TOPUP.name: top_up(self.ports), REISSUE.name: NOTHING_TO_DO},
            policy=Policy(jitter=lambda low, high: 1.0, patience=6 * HOUR),
            observer=self.observer,
            clock=self.clock,
        )

    def deliver_again(self, key: str = "key-1") -> None:
        """The message of an operation is on the queue once more."""
        job = self.job(key)
        self.queue.put(Task(job.id, job.attempt))

    @property
    def over(self) -> bool:
        """Whether no operation is under way."""
        return all(job.status.over for job in self.store.jobs.values())

    def work(self) -> bool:
        """Receive one message and work on it, as Lambda would; False when there is none."""
        for queue in (self.queue, self.waiting):
            record = queue.receive()
            if record is not None:
                self._work(queue, record)
                return True
        return False

    def settle(self, *, hours: float = 60.0) -> None:
        """Let time pass until every operation is over (or the hours are)."""
        end, next_sweep = self.clock.now + hours * HOUR, self.clock.now + SWEEP_EVERY
        while self.clock.now < end and not self.over:
            following = self._next_at()
            if following is not None and following <= next_sweep:
                self.clock.now = max(self.clock.now, following)
                if self.work():
                    self._consume_dead_letters()
                continue
            self.clock.now, next_sweep = next_sweep, next_sweep + SWEEP_EVERY
            self._sweep()
            self._consume_dead_letters()

    def _next_at(self) -> float | None:
        times = [at for at in (self.queue.next_at(), self.waiting.next_at()) if at is not None]
        return min(times, default=None)

    def _sweep(self) -> None:
        both = KindQueues(fresh=self.queue, waiting=self.waiting)
        queues = {TOPUP.name: both, REISSUE.name: both}
        try:
            Sweeper(self.store, queues, clock=self.clock).sweep()
        except Killed:
            return

    def _consume_dead_letters(self) -> None:
        for queue in (self.queue, self.waiting):
            for record in queue.dead_records():
                consumer = task_consumer(self.runner().give_up)
                try:
                    answer = consumer.consume(
                        {"Records": [record]}, FakeContext(remaining_ms=150_000)
                    )
                except Killed:
                    continue
                if not answer["batchItemFailures"]:
                    queue.delete(record)

    def _work(self, queue: FakeQueue, record: dict[str, Any]) -> None:
        try:
            consumer = task_consumer(self.runner().work, self.queues)
            context = FakeContext(remaining_ms=150_000)
            answer = consumer.consume({"Records": [record]}, context)
        except Killed:
            return
        if not answer["batchItemFailures"]:
            queue.delete(record)


def _consumed(queue: FakeQueue) -> ConsumedQueue:
    def send(body: str, delay: float) -> None:
        queue.put(TaskMessage.model_validate_json(body).task, delay_seconds=delay)

    return ConsumedQueue(name=queue.name, send=send, postpone=queue.postpone)


def invoice_record(job: Job) -> InvoiceRecord:
    """What is recorded of an operation's invoice."""
    stored = job.steps.get(INVOICE.name)
    return InvoiceRecord.model_validate(stored.data if stored else {})


def assert_settled(world: World, *, staff_may_decide: bool = False) -> None:
    """Every payment was followed by the data or by the credit, each once; nothing is left open.

    `staff_may_decide`: an operation without a payment may be left to staff, with a Case.
    """
    books = world.books
    jobs = [job for job in world.store.jobs.values() if job.kind == TOPUP.name]
    assert all(job.status.over for job in jobs), [(job.status, job.last_error) for job in jobs]
    assert "internal-error" not in {code for code, _ in world.observer.retries}
    assert "internal-error" not in {job.last_error.code for job in jobs if job.last_error}
    assert books.with_status(InvoiceStatus.UNPAID, InvoiceStatus.PENDING) == []
    assert all(invoice.charges <= 1 for invoice in books.invoices.values()), "charged twice"
    done = [job for job in jobs if job.status is Status.SUCCEEDED]
    assert len(world.provider.delivered) == len(done)
    paid = [invoice_record(job).invoice_id for job in done]
    assert len(set(paid)) == len(paid)
    for number in paid:
        assert number is not None
        assert books.invoices[number].status is InvoiceStatus.PAID
    assert books.received - books.credited == PRICE * len(done)
    refunds = {text.rpartition("[")[2].rstrip("]") for _, _, text in books.credits}
    assert len(refunds) == len(books.credits), "credited twice"
    cases = {
        key
        for key, case in world.cases.by_key.items()
        if case.topup is not None and case.topup.decision == "credit"
    }
    assert cases == refunds
    queued = {mail.dedup_key for mail in world.mail_queue.jobs}
    mails = {key for key in queued if not key.startswith("esim-")}  # those belong to reissues
    told = {key for key in mails if key.startswith("topup-refunded:")}
    assert mails - told == {f"topup-receipt:{job.subject}" for job in done}
    assert len(told) == len(books.credits)
    for job in jobs:
        assert job.lease == NOT_LEASED
        states = {record.state for record in job.steps.values()}
        if StepState.KEPT in states:
            assert staff_may_decide, "a person has to decide"
            assert invoice_record(job).marker.strip("[]") in world.cases.by_key


def succeeded(world: World, key: str = "key-1") -> None:
    """The one top-up was paid for and delivered."""
    assert_settled(world)
    assert world.job(key).status is Status.SUCCEEDED, world.job(key).last_error


def failed(world: World, code: str, key: str = "key-1") -> None:
    """The one top-up ended with a code, and nothing is owed."""
    assert_settled(world)
    job = world.job(key)
    assert job.status is Status.FAILED
    assert job.last_error is not None
    assert job.last_error.code == code
