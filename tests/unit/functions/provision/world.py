"""One order, everything it touches, and a queue that drives the real worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from portal.domain.lease import NOT_LEASED
from portal.domain.provisioning_order import LoadedOrder
from portal.engine.model import Job, Task
from portal.engine.runner import Runner
from portal.engine.start import Cancellation, Started, StartRequest, cancel, request_start
from portal.engine.states import Status
from portal.engine.sweeper import KindQueues, Sweeper
from portal.identity.merged_accounts import MergedAccounts
from portal.provisioning.job import CANCELLED_TEXT, KIND, order_job_id
from portal.queues.backoff import Policy
from portal.queues.fresh_and_waiting import ConsumedQueue, FreshAndWaiting
from portal.queues.task_consumer import task_consumer
from portal.queues.task_message import TaskMessage

from functions.provision.admission import KEY_ENDS_AFTER
from functions.provision.workflow import provisioning
from functions.provision.workflow_ports import ProvisioningPorts
from tests.events import FakeContext
from tests.fakes.accounts import FakeAccounts, account
from tests.fakes.directory import FakeDirectory, customer
from tests.fakes.faults import Faults, Killed
from tests.fakes.provisioning import (
    ORDER_ID,
    FakeClaims,
    FakeEsim,
    FakeEsimWaits,
    FakeSalesforce,
    FakeServiceLines,
    FakeSubscribers,
    FakeWhmcs,
    FakeWhmcsOrders,
    FakeWhmcsServices,
    FaultyMailQueue,
    billing_product,
    loaded_order,
)
from tests.fakes.workflow import FakeClock, FakeObserver, FakeQueue, MemoryJobStore

JOB_ID = order_job_id(ORDER_ID)
SWEEP_EVERY = 300.0
DAY = 86_400.0


class _Context(FakeContext):
    """A context whose time the test sets, also in the middle of a run."""

    def __init__(self, left: float) -> None:
        super().__init__()
        self.left = left

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override]  # as in FakeContext
        return int(self.left * 1000)


class World:
    """Press the button, then let time pass."""

    def __init__(
        self,
        order: LoadedOrder | None = None,
        *,
        seconds: float = 150.0,
        needs_approval: bool = True,
        synthetic: str = "",
    ) -> None:
        self.clock = FakeClock()
        self.faults = Faults()
        self.context = _Context(seconds)
        self.salesforce = FakeSalesforce(self.faults, order or loaded_order())
        pids = {line.whmcs_product_id for line in (order or loaded_order()).lines}
        self.whmcs = FakeWhmcs(
            self.faults, self.clock, catalogue={pid: billing_product(pid) for pid in pids if pid}
        )
        self.esim = FakeEsim(self.faults)
        self.mail_queue = FaultyMailQueue(self.faults)
        self.store = MemoryJobStore(self.faults)
        self.queue = FakeQueue(self.clock, self.faults)
        self.waiting = FakeQueue(self.clock, self.faults, name="provision-waiting")
        self.queues = FreshAndWaiting(_consumed(self.queue), _consumed(self.waiting))
        self.directory = FakeDirectory(customer())
        self.accounts = FakeAccounts(account())
        self.merged = MergedAccounts(
            self.accounts, self.accounts, self.directory, self.directory, self.clock
        )
        self.observer = FakeObserver()
        self.service_lines = FakeServiceLines(self.faults)
        self.esim_waits = FakeEsimWaits(self.faults)
        self.ports = ProvisioningPorts(
            orders=self.salesforce,
            directory=self.directory,
            owner_of=self.merged.owner_of,
            products=self.whmcs,
            clients=self.whmcs,
            billing=FakeWhmcsOrders(self.whmcs),
            services=FakeWhmcsServices(self.whmcs),
            claims=FakeClaims(self.faults),
            esim=self.esim,
            subscribers=FakeSubscribers(self.faults),
            service_lines=self.service_lines,
            esim_waits=self.esim_waits,
            mail_queue=self.mail_queue,
            payment_method="stripe",
            needs_approval=needs_approval,
            synthetic=synthetic,
        )
        self._presses = 0

    @property
    def job(self) -> Job:
        """The record as it is stored."""
        return self.store.jobs[JOB_ID]

    def runner(self) -> Runner:
        """A fresh process."""
        return Runner(
            store=self.store,
            workflows={KIND: provisioning(self.ports)},
            policy=Policy(jitter=lambda low, high: 1.0),
            observer=self.observer,
            clock=self.clock,
        )

    def press(self, key: str | None = None) -> Started:
        """The button, with a new key unless one is given."""
        self._presses += 1
        wanted = StartRequest(
            kind=KIND,
            subject=ORDER_ID,
            scope="salesforce",
            key=key or f"{ORDER_ID}-{self._presses}",
            payload_hash="hash",
            input={},
            correlation_id="correlation-1",
            key_ends_after=KEY_ENDS_AFTER,
        )
        return request_start(self.store, self.queue, wanted, now=self.clock.now)

    def cancel(self) -> Cancellation:
        """An operator calls the order off."""
        now = self.clock.now
        return cancel(self.store, self.queue, JOB_ID, text=CANCELLED_TEXT, now=now)

    def runner_task(self) -> Task:
        """What is on the queue for the current attempt."""
        return Task(JOB_ID, self.job.attempt)

    def next_at(self) -> float | None:
        """When the next message can be received, from either queue."""
        times = [at for at in (self.queue.next_at(), self.waiting.next_at()) if at is not None]
        return min(times, default=None)

    def work(self) -> bool:
        """Receive one message and work on it, as Lambda would; False when there is none."""
        for queue in (self.queue, self.waiting):
            record = queue.receive()
            if record is not None:
                self._work(queue, record)
                return True
        return False

    def consume_dead_letters(self) -> None:
        """Consume what the queues have given up on."""
        for queue in (self.queue, self.waiting):
            for record in queue.dead_records():
                consumer = task_consumer(self.runner().give_up)
                answer = consumer.consume({"Records": [record]}, self.context)
                if not answer["batchItemFailures"]:
                    queue.delete(record)

    def sweep(self) -> Any:
        """The schedule fires."""
        queues = {KIND: KindQueues(fresh=self.queue, waiting=self.waiting)}
        return Sweeper(self.store, queues, clock=self.clock).sweep()[KIND]

    def lose_messages(self) -> None:
        """Whatever was queued is gone."""
        for queue in (self.queue, self.waiting):
            queue.messages.clear()

    def settle(self, *, hours: float = 30.0) -> None:
        """Let time pass until the job is over (or the hours are)."""
        end, next_sweep = self.clock.now + hours * 3600, self.clock.now + SWEEP_EVERY
        while self.clock.now < end and not self.job.status.over:
            following = self.next_at()
            if following is not None and following <= next_sweep:
                self.clock.now = max(self.clock.now, following)
                if self.work():
                    self.consume_dead_letters()
                continue
            self.clock.now, next_sweep = next_sweep, next_sweep + SWEEP_EVERY
            self.sweep()
            self.consume_dead_letters()

    def drain(self) -> None:
        """Consume what is still in the queue after the end: it must do nothing."""
        while (following := self.next_at()) is not None:
            self.clock.now = max(self.clock.now, following)
            self.work()
            self.consume_dead_letters()

    def _work(self, queue: FakeQueue, record: dict[str, Any]) -> None:
        event = {"Records": [record]}
        try:
            consumer = task_consumer(self.runner().work, self.queues)
            answer = consumer.consume(event, self.context)
        except Killed:
            return
        if not answer["batchItemFailures"]:
            queue.delete(record)


def _consumed(queue: FakeQueue) -> ConsumedQueue:
    def send(body: str, delay: float) -> None:
        queue.put(TaskMessage.model_validate_json(body).task, delay_seconds=delay)

    return ConsumedQueue(name=queue.name, send=send, postpone=queue.postpone)


def assert_exactly_once(world: World) -> None:
    """One order, one service per unit, one eSIM per eSIM line, one mail each, nothing held."""
    job, order = world.job, world.salesforce.order
    assert job.status is Status.SUCCEEDED, job.last_error
    assert job.lease == NOT_LEASED
    assert "internal-error" not in {code for code, _ in world.observer.retries}
    assert order is not None
    (placed,) = world.whmcs.ours()
    assert len(world.whmcs.all_orders) == 1
    assert order.provisioning_status == "Provisioned"
    assert order.whmcs_order_id == str(placed.id)
    esims = sum(int(line.quantity) for line in order.lines if line.esim_settings)
    assert len(world.esim.active()) == len(world.esim.lines) == esims
    assert order.iccids == ",".join(str(line.iccid) for line in world.esim.lines.values())
    services = world.whmcs.services_of(placed.id)
    assert all(service.active for service in services)
    assert sorted(world.whmcs.setups) == sorted(service.id for service in services)
    written = world.salesforce.written[-1].services
    assert sorted(i for ids in written.values() for i in ids.split(",")) == sorted(
        str(service.id) for service in services
    )
    assert set(written) == {line.id for line in order.lines}
    keys = {mail.dedup_key for mail in world.mail_queue.jobs}
    assert len(keys) == 1 + esims


@contextmanager
def unchanged(world: World) -> Iterator[None]:
    """Nothing outside may change in this block."""

    def state() -> tuple[Any, ...]:
        return (
            dict(world.whmcs.all_orders),
            dict(world.whmcs.all_services),
            dict(world.esim.lines),
            len(world.mail_queue.jobs),
            world.salesforce.order,
        )

    before = state()
    yield
    assert state() == before
