"""A workflow of two steps with compensation, and the outside world that it changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from portal.engine.failures import StopWorkflow
from portal.engine.model import Job, Task
from portal.engine.ports import Observer
from portal.engine.runner import Runner
from portal.engine.start import Started, StartRequest, request_start
from portal.engine.steps import Compensable, Record, Run, Step, StepKey, Texts, Workflow
from portal.engine.sweeper import KindQueues, Sweeper
from portal.queues.backoff import Policy
from portal.queues.verdict import Action

from tests.fakes.faults import Faults, Killed
from tests.fakes.workflow import TOY, TOY_JOB, FakeClock, FakeObserver, FakeQueue, MemoryJobStore


class Booking(Record):
    """A booking by number, and the number of its reversal."""

    number: int | None = None
    reversal: int | None = None


class Delivery(Record):
    """Whether it was delivered."""

    delivered: bool = False


BOOK, DELIVER = StepKey("book", Booking), StepKey("deliver", Delivery)


@dataclass
class Ledger:
    """Bookings and reversals by reference; it has no idempotency, but can be looked up."""

    faults: Faults
    refuses: bool = False
    refuses_reversal: bool = False
    bookings: list[str] = field(default_factory=list)
    reversals: list[str] = field(default_factory=list)
    deliveries: list[str] = field(default_factory=list)

    def book(self, ref: str) -> int:
        return self.faults.call("ledger", "book", lambda: _add(self.bookings, ref), writes=True)

    def booked(self, ref: str) -> int | None:
        return self.faults.call("ledger", "look", lambda: _find(self.bookings, ref))

    def reverse(self, ref: str) -> int:
        if self.refuses_reversal:
            raise StopWorkflow("reversal-refused", "The period is closed.")
        return self.faults.call("ledger", "reverse", lambda: _add(self.reversals, ref), writes=True)

    def reversed(self, ref: str) -> int | None:
        return self.faults.call("ledger", "look back", lambda: _find(self.reversals, ref))

    def deliver(self, ref: str) -> None:
        if self.refuses:
            raise StopWorkflow("delivery-refused", "Nobody is at home.")
        self.faults.call("ledger", "deliver", lambda: self.deliveries.append(ref), writes=True)


def _add(entries: list[str], ref: str) -> int:
    entries.append(ref)
    return len(entries)


def _find(entries: list[str], ref: str) -> int | None:
    return entries.index(ref) + 1 if ref in entries else None


class Book(Step[Booking], Compensable):
    """Books; looks before it books again, and before it reverses again."""

    key = BOOK
    seconds = 10
    irreversible = True

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def already_done(self, run: Run) -> Booking | None:
        number = self._ledger.booked(run.job.subject)
        return None if number is None else Booking(number=number)

    def run(self, run: Run) -> Booking:
        run.save(Booking(), irreversible=True)
        return Booking(number=self._ledger.book(run.job.subject))

    def already_compensated(self, run: Run) -> bool:
        return self._ledger.reversed(run.job.subject) is not None

    def compensate(self, run: Run) -> None:
        if self._ledger.booked(run.job.subject) is not None:
            self._ledger.reverse(run.job.subject)


class Deliver(Step[Delivery]):
    """Delivers what was booked."""

    key = DELIVER
    seconds = 10

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def run(self, run: Run) -> Delivery:
        assert run.result(BOOK).number is not None
        self._ledger.deliver(run.job.subject)
        return Delivery(delivered=True)


class Toy:
    """One job of the toy workflow, worked on until it is over."""

    def __init__(self, faults: Faults | None = None, *, observer: Observer | None = None) -> None:
        self.observer = observer or FakeObserver()
        self.clock, self.faults = FakeClock(), faults or Faults()
        self.store, self.queue = MemoryJobStore(self.faults), FakeQueue(self.clock)
        self.ledger = Ledger(self.faults)
        self.reports: list[str] = []
        self.report: Callable[[str], None] = self.reports.append

    @property
    def job(self) -> Job:
        return self.store.jobs[TOY_JOB]

    def runner(self) -> Runner:
        """A fresh process."""
        workflow = Workflow(
            kind=TOY,
            steps=[Book(self.ledger), Deliver(self.ledger)],
            texts=Texts(cancelled="called off", interrupted="interrupted", out_of_time="no time"),
            upstreams={"ledger": "ledger"},
            on_stopped=lambda run: self.report(str(run.job.ending)),
            result=lambda run: {"number": run.result(BOOK).number},
        )
        return Runner(
            store=self.store,
            workflows={TOY: workflow},
            policy=Policy(jitter=lambda low, high: 1.0),
            observer=self.observer,
            clock=self.clock,
        )

    def ask(self, key: str = "1", scope: str = "customer", subject: str = "1") -> Started:
        wanted = StartRequest(
            kind=TOY,
            subject=subject,
            key=key,
            scope=scope,
            payload_hash="hash",
            input={},
            correlation_id="correlation-1",
        )
        return request_start(self.store, self.queue, wanted, now=self.clock.now)

    def settle(self) -> None:
        """Work, and sweep when there is no message, until the job is over."""
        for _ in range(60):
            if self.job.status.over:
                return
            self.clock.now += 1_000
            try:
                self._step()
            except Killed:
                continue
        msg = f"the job does not end: {self.job}"
        raise AssertionError(msg)

    def _step(self) -> None:
        task = Task(TOY_JOB, self.job.attempt)
        verdict = self.runner().work(task, lambda: 100.0)
        if verdict.action is Action.ACK and not self.job.status.over:
            queues = {TOY: KindQueues(fresh=self.queue, waiting=self.queue)}
            Sweeper(self.store, queues, clock=self.clock).sweep()
