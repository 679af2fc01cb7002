"""One night: orders come in while WHMCS is down, then WHMCS returns and fresh orders follow."""

from __future__ import annotations

import time
from dataclasses import dataclass

import simpy
from portal.adapters.circuit import OPEN_SECONDS
from portal.engine.model import Job, Task
from portal.engine.runner import Runner
from portal.engine.start import StartRequest, request_start
from portal.engine.states import Status
from portal.engine.sweeper import KindQueues, Sweeper
from portal.provisioning.job import KIND
from portal.queues.backoff import Policy
from portal.queues.verdict import Action

from bench.simulation.queue import Message, SimulatedQueue
from bench.simulation.store import MemoryStore
from bench.simulation.whmcs import SharedState, SimulatedCircuit, SimulatedWhmcs, WorkerKilled
from bench.simulation.workflow import provisioning
from bench.simulation.world import EPOCH, Process, World
from infra.config import Config
from infra.endpoints import ENDPOINTS

MAX_RETRIES = int(Config.model_fields["provision_max_retries"].default)
CONCURRENCY = int(Config.model_fields["provision_max_concurrency"].default)
WAITING_CONCURRENCY = int(Config.model_fields["provision_waiting_max_concurrency"].default)
PATIENCE = 3_600.0 * Config.model_fields["provision_patience_hours"].default
WORKER = next(e for e in ENDPOINTS if (e.area, e.name) == ("provision", "worker"))
SWEEPER = next(e for e in ENDPOINTS if (e.area, e.name) == ("provision", "sweeper"))
# As infra.components.queues has it (that module starts Node.js for the CDK when imported).
VISIBILITY_FACTOR = 6
# An assumption: receiving, DynamoDB's reads and writes, sending or deleting.
OVERHEAD_SECONDS = 0.05
CLOSING_SECONDS = 2.0 * OPEN_SECONDS
HORIZON_SECONDS = 72 * 3_600.0
FRESH = "fresh-"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """`orders` come evenly over the outage; afterwards `fresh_per_hour` for `fresh_hours`.

    An order is fresh when it comes after the circuit has had time to close. Before that, an order
    joins the backlog.

    `concurrency` is that of fresh jobs, and `waiting_concurrency` that of jobs that wait after the
    outage. `deadly` is the probability that a call kills its worker while WHMCS is up.
    """

    name: str
    orders: int
    concurrency: int = CONCURRENCY
    waiting_concurrency: int = WAITING_CONCURRENCY
    outage_hours: float = 10.0
    fresh_per_hour: float = 60.0
    fresh_hours: float = 2.0
    max_retries: int = MAX_RETRIES
    deadly: float = 0.0002
    seed: int = 7


@dataclass(frozen=True, kw_only=True)
class Result:
    """The figures of one run. Times are seconds of simulated time unless said otherwise.

    `unfinished` counts the jobs that are still open at the end of the simulation.
    """

    scenario: Scenario
    succeeded: int
    failed: int
    unfinished: int
    dead_letters: int
    drain: float
    runs_median: float
    runs_p99: float
    runs_max: float
    fresh_median: float
    fresh_p99: float
    down_calls_mean: float
    down_calls_max: int
    up_calls_max: int
    most_in_flight: int
    calls_per_order: float
    receives_per_order: float
    down_receives_per_second: float
    writes_per_order: float
    swept: int
    wall_ms_per_order: float


class _Silent:
    """An `Observer` that ignores all events."""

    def step_finished(self, job: Job, step: str, seconds: float) -> None:
        """Nothing."""

    def retrying(self, job: Job, code: str, delay: float) -> None:
        """Nothing."""

    def finished(self, job: Job) -> None:
        """Nothing."""


class Night:
    """The parts of one run, put together as `functions.provision.deps` does."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.world = World(scenario.seed)
        self.up_at = EPOCH + scenario.outage_hours * 3_600
        self.store = MemoryStore()
        self.whmcs = SimulatedWhmcs(
            self.world, down_from=EPOCH, up_at=self.up_at, deadly=scenario.deadly
        )
        self.fresh, self.waiting = self._queue(), self._queue()
        self.swept = 0
        self.received_down = 0
        self.expected = scenario.orders
        self._shared = SharedState()

    def run(self) -> None:
        """Run until every order is over or the horizon is reached."""
        env = self.world.env
        for _ in range(self.scenario.concurrency):
            env.process(self._work(self.fresh))
        for _ in range(self.scenario.waiting_concurrency):
            env.process(self._work(self.waiting))
        env.process(self._sweep())
        env.process(self._orders())
        fresh = env.process(self._fresh())
        env.process(self._note_recovery())
        over = env.event()
        env.process(self._watch(fresh, over))
        env.run(until=over)

    @property
    def queues(self) -> tuple[SimulatedQueue, SimulatedQueue]:
        """The fresh and the waiting queue."""
        return self.fresh, self.waiting

    def _queue(self) -> SimulatedQueue:
        return SimulatedQueue(
            self.world,
            visibility=VISIBILITY_FACTOR * WORKER.timeout,
            max_receives=self.scenario.max_retries + 1,
            dead_letter=self._begin_dead_letter,
        )

    def _runner(self) -> Runner:
        circuit = SimulatedCircuit(self.world, self._shared)
        return Runner(
            store=self.store,
            workflows={KIND: provisioning(self.world, self.whmcs, circuit)},
            policy=Policy(
                max_retries=self.scenario.max_retries,
                patience=PATIENCE,
                jitter=self.world.random.uniform,
            ),
            observer=_Silent(),
            clock=self.world.now,
        )

    def _work(self, queue: SimulatedQueue) -> Process[None]:
        runner = self._runner()
        while True:
            message = queue.receive()
            if message is None:
                yield queue.arrival()
                continue
            yield self.world.env.timeout(OVERHEAD_SECONDS)
            try:
                yield from self._handle(runner, queue, message)
            except WorkerKilled:
                queue.abandon(message)
                runner = self._runner()

    def _handle(self, runner: Runner, queue: SimulatedQueue, message: Message) -> Process[None]:
        """Handle a message as `portal.queues.consumer` does."""
        ends = self.world.now() + WORKER.timeout
        verdict = yield from self.world.blocking(
            lambda: runner.work(message.task, lambda: ends - self.world.now())
        )
        if verdict.action is Action.RETRY:
            queue.keep(message, verdict.delay)
        elif verdict.action is not Action.ACK:
            following = self.waiting if verdict.action is Action.PARK else queue
            following.put(message.task, delay_seconds=verdict.delay)

    def _begin_dead_letter(self, task: Task) -> None:
        self.world.env.process(self._dead_letter(task))

    def _dead_letter(self, task: Task) -> Process[None]:
        yield from self.world.blocking(
            lambda: self._runner().give_up(task, lambda: float(WORKER.timeout))
        )

    def _sweep(self) -> Process[None]:
        queues = {KIND: KindQueues(fresh=self.fresh, waiting=self.waiting)}
        sweeper = Sweeper(self.store, queues, clock=self.world.now)
        while True:
            yield self.world.env.timeout(60.0 * (SWEEPER.every_minutes or 5))
            swept = sweeper.sweep()[KIND]
            self.swept += swept.lost + swept.stuck + swept.unreported

    def _orders(self) -> Process[None]:
        gap = self.scenario.outage_hours * 3_600 / max(self.scenario.orders, 1)
        for number in range(self.scenario.orders):
            self._press(f"order-{number}")
            yield self.world.env.timeout(gap)

    def _fresh(self) -> Process[None]:
        begins = self.up_at + CLOSING_SECONDS
        yield self.world.env.timeout(begins - self.world.now())
        ends, number = begins + self.scenario.fresh_hours * 3_600, 0
        while self.scenario.fresh_per_hour:
            gap = self.world.random.expovariate(self.scenario.fresh_per_hour / 3_600)
            if self.world.now() + gap > ends:
                return
            yield self.world.env.timeout(gap)
            self._press(f"{FRESH}{number}")
            number += 1

    def _press(self, order: str) -> None:
        wanted = StartRequest(
            kind=KIND,
            subject=order,
            key=order,
            scope="",
            payload_hash="",
            input={},
            correlation_id="",
        )
        request_start(self.store, self.fresh, wanted, now=self.world.now())

    def _note_recovery(self) -> Process[None]:
        yield self.world.env.timeout(self.up_at - self.world.now())
        self.received_down = sum(queue.received for queue in self.queues)

    def _watch(self, fresh: simpy.Event, over: simpy.Event) -> Process[None]:
        yield fresh
        while self.store.open and self.world.now() < EPOCH + HORIZON_SECONDS:
            yield self.world.env.timeout(30.0)
        over.succeed()


def simulate(scenario: Scenario) -> Result:
    """Run one scenario to its end."""
    night, started = Night(scenario), time.process_time()
    night.run()
    seconds = time.process_time() - started
    return _result(night, seconds)


def _result(night: Night, seconds: float) -> Result:
    jobs = list(night.store.jobs.values())
    waiting = [job for job in jobs if not job.subject.startswith(FRESH)]
    fresh = [_took(job) for job in jobs if job.subject.startswith(FRESH) and job.finished_at]
    runs = [float(job.runs) for job in jobs]
    calls = night.whmcs.per_minute
    down = [count for minute, count in calls.items() if minute < 0]
    minutes = night.scenario.outage_hours * 60
    return Result(
        scenario=night.scenario,
        succeeded=sum(job.status is Status.SUCCEEDED for job in jobs),
        failed=sum(job.status is Status.FAILED for job in jobs),
        unfinished=sum(not job.status.over for job in jobs),
        dead_letters=sum(queue.dead for queue in night.queues),
        drain=max([0.0, *((job.finished_at or 0.0) - night.up_at for job in waiting)]),
        runs_median=quantile(runs, 0.5),
        runs_p99=quantile(runs, 0.99),
        runs_max=max(runs, default=0.0),
        fresh_median=quantile(fresh, 0.5),
        fresh_p99=quantile(fresh, 0.99),
        down_calls_mean=sum(down) / minutes if minutes else 0.0,
        down_calls_max=max(down, default=0),
        up_calls_max=max((count for minute, count in calls.items() if minute >= 0), default=0),
        most_in_flight=night.whmcs.most_in_flight,
        calls_per_order=calls.total() / len(jobs),
        receives_per_order=sum(queue.received for queue in night.queues) / len(jobs),
        down_receives_per_second=night.received_down / (minutes * 60) if minutes else 0.0,
        writes_per_order=night.store.writes / len(jobs),
        swept=night.swept,
        wall_ms_per_order=seconds * 1000 / len(jobs),
    )


def _took(job: Job) -> float:
    return (job.finished_at or job.requested_at) - job.requested_at


def quantile(values: list[float], share: float) -> float:
    """Return the value below which that share of the values lies; 0 for no values."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0
