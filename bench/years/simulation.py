"""One run: a business with customers, operators and trouble, then calm, then the oracle."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from unittest import mock
from urllib.error import HTTPError

import portal.adapters.http
import portal.adapters.sendgrid
from portal import aws, observability
from python_http_client.exceptions import handle_error

from bench.years import trouble
from bench.years.business import SETTINGS, make_account, make_business
from bench.years.cloud import Cloud, values_of
from bench.years.lambdas import Lambdas
from bench.years.nights import Nights
from bench.years.office import Office
from bench.years.oracle import OPEN_JOBS, Books, findings
from bench.years.people import DAY, Customers
from bench.years.process import simulated
from bench.years.providers import GIGS, make_provider
from bench.years.trouble import Rates, Trouble
from bench.years.wire import InProcessAdapter, Wire, open_like_urllib
from bench.years.world import Killed, World

BEGINS = 1_790_000_000.0
CALM_DAYS = 3.0
SWEEP_SECONDS = 300.0
# A run whose machines never come to rest is ended. Sound runs need a fifth of these events.
STEPS, STEPS_A_DAY = 15_000, 8_000


@dataclass(frozen=True)
class Plan:
    """What decides a run, and nothing else does.

    `intensity` multiplies all trouble. Machines die at calls whose name contains `dies_at`, such as
    `whmcs after` or `dynamodb`; everywhere when it is empty. `mistakes` is the probability of each
    kind of mistake that operators make with an Order. `provider` is one of `PROVIDERS`.
    Customers do only what has `only` in its name, such as `top_up`, after their first order.
    """

    seed: int
    days: float = 2.0
    customers: int = 4
    faults: frozenset[str] = trouble.ALL
    intensity: float = 1.0
    dies_at: str = ""
    mistakes: float = 0.06
    provider: str = GIGS
    only: str = ""


@dataclass
class Report:
    """What a run has shown."""

    plan: Plan
    findings: list[str]
    log: list[str] = field(repr=False)
    faults: Counter[str] = field(default_factory=Counter)
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """A hash of the log: two runs with the same one did the same."""
        return hashlib.sha256("\n".join(self.log).encode()).hexdigest()[:16]

    @property
    def kinds(self) -> frozenset[str]:
        """The names of the invariants that do not hold."""
        return frozenset(finding.partition(":")[0] for finding in self.findings)


def simulate(plan: Plan) -> Report:
    """Run a plan from its first day to the oracle."""
    run = _Run(plan)
    with run.in_place():
        run.play()
        return run.report()


class _Run:
    """One run."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._metrics: Counter[str] = Counter()

    @contextlib.contextmanager
    def in_place(self) -> Iterator[None]:
        """Put the process into the run's time, with the run's AWS and vendors."""
        plan = self._plan
        with contextlib.ExitStack() as stack:
            stack.enter_context(mock.patch.dict(os.environ, SETTINGS))
            clocks = stack.enter_context(simulated(plan.seed, begins=BEGINS, sleep=self._sleep))
            self.world = World(plan.seed, begins=BEGINS, show=clocks.show)
            self.trouble = Trouble(
                self.world, plan.faults, Rates().times(plan.intensity), plan.dies_at
            )
            self.cloud = Cloud(self.world, self.trouble.before_aws)
            self.lambdas = Lambdas(self.world, self.cloud)
            stack.enter_context(self.cloud.running())
            aws.forget_clients()
            stack.callback(aws.forget_clients)
            stack.enter_context(self.lambdas.running())
            self.wire = Wire(self.world, self.trouble.perhaps_die)
            for target, name, value in self._replaced():
                stack.enter_context(mock.patch.object(target, name, value))
            account = make_account(self.cloud, self.lambdas, plan.provider)
            stack.enter_context(mock.patch.dict(os.environ, account))
            self._connect()
            yield

    def play(self) -> None:
        """Let the days pass, and then the calm ones."""
        plan, world, chance = self._plan, self.world, self.world.random
        ends = BEGINS + plan.days * DAY
        world.most_steps = int(STEPS + STEPS_A_DAY * plan.days * plan.customers)
        self.office.open()
        for serial in range(1, plan.customers + 1):
            linked = chance.random() < 0.25  # noqa: PLR2004  # of the customers
            customer = self.customers.arrive(serial, linked=linked)
            world.spawn(
                f"customer {serial}",
                partial(self.customers.live, customer, ends),
                after=chance.uniform(0, 0.3 * plan.days * DAY),
            )
        world.spawn("office", lambda: self.office.work(ends))
        world.spawn("plague", lambda: self.trouble.plague(self.business, ends))
        world.spawn("schedule", self._sweep)
        world.spawn("audit", self.nights.keep_on)
        world.run(until=ends)
        self.trouble.calm(self.business, self.cloud, self.lambdas)
        world.run(until=ends + 0.5 * DAY)
        for queue in list(self.cloud.queues.by_name.values()):
            if queue.dead_letters is not None and queue.dead_letters.deliver is None:
                world.note(f"redriven {queue.name} {self.cloud.queues.redrive(queue)}")
        for customer in self.customers.everybody:
            world.spawn(
                f"customer {customer.serial} in the end",
                partial(self.customers.press_on, customer),
            )
        world.run(until=ends + DAY)
        world.spawn("reissues", self.office.finish_reissues)
        for order in self.office.orders():
            if order["Provisioning_Status__c"] != "Provisioned":
                world.spawn(
                    f"review {order['Id']}",
                    partial(self.office.review, order["Id"], careful=True),
                )
        world.run(until=ends + CALM_DAYS * DAY)
        world.run(until=self.nights.end_of_next())

    def report(self) -> Report:
        """Ask the oracle."""
        self.customers.edited_orders = frozenset(self.office.edited)
        self.customers.orders_cancelled_by_staff = frozenset(self.office.cancelled)
        books = Books(self.business, self.customers, self.cloud.queues)
        found = findings(books)
        found += self.nights.findings(books)
        found += [
            f"defect: {count} times {name}"
            for name, count in sorted(self._metrics.items())
            if name in {"UnexpectedErrors", "UnreadableMessages", "UnknownJobKinds"}
        ]
        if self.world.steps >= self.world.most_steps:
            found.append(f"busy: the machines did not rest in {self.world.steps} events")
        for finding in found:
            self.world.note(f"FINDING {finding}")
        return Report(
            plan=self._plan,
            findings=found,
            log=self.world.log,
            faults=self.trouble.happened,
            numbers={
                "orders": len(self.office.orders()),
                "provisioned": sum(
                    o["Provisioning_Status__c"] == "Provisioned" for o in self.office.orders()
                ),
                "customers": len(self.customers.everybody),
                "mails": len(self.business.sendgrid.mails),
                "audits": self.nights.finished,
                "invocations": self.lambdas.invocations,
                "killed": self.lambdas.killed,
                "calls of AWS": self.cloud.calls,
                "steps": self.world.steps,
            },
        )

    def _connect(self) -> None:
        world, chaos = self.world, self.trouble
        queues = self.cloud.queues
        queues.lost, queues.late = chaos.loses, chaos.delays
        self.lambdas.duplicated = chaos.doubles
        self.lambdas.skew(chaos.skew)
        esim = make_provider(
            self._plan.provider,
            world,
            self.lambdas,
            spread=chaos.webhook_spread,
            copies=chaos.webhook_copies,
        )
        self.business = make_business(world, self.wire, esim)
        for server in self.wire.servers.values():
            server.gives_up_late = chaos.late
        self.customers = Customers(world, self.lambdas, self.business, self._plan.only)
        self.nights = Nights(world, self.lambdas)
        self.office = Office(
            world, self.lambdas, self.business, self.customers, self._plan.mistakes
        )

    def _replaced(self) -> list[tuple[object, str, object]]:
        wire = self.wire

        def emit(name: str, _unit: object, value: float, _dimensions: object) -> None:
            self._metrics[name] += int(value)
            if name == "UnexpectedErrors":
                self.world.note(f"unexpected: {_last_words()}")

        return [
            (portal.adapters.http, "HTTPAdapter", lambda **_: InProcessAdapter(wire)),
            (portal.adapters.sendgrid._Client, "_make_request", _urllib(wire)),
            (observability, "_emit", emit),
        ]

    def _sleep(self, seconds: float) -> None:
        self.world.sleep(seconds)

    def _sweep(self) -> None:
        """The schedule. Nothing is swept while no job is open, because nothing would be found."""
        while True:
            self.world.sleep(SWEEP_SECONDS)
            if OPEN_JOBS & values_of("workflow", "status"):
                with contextlib.suppress(Killed, Exception):
                    self.lambdas.invoke("provision.sweeper", {})


def _last_words() -> str:
    """Return the error that is being handled and the places that it went through."""
    error = sys.exc_info()[1]
    frame = sys._getframe()
    while error is None and frame.f_back is not None:
        frame = frame.f_back
        found = frame.f_locals.get("error")
        error = found if isinstance(found, BaseException) else None
    frames = traceback.extract_tb(error.__traceback__ if error is not None else None)
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-6:]))
    return f"{error!r} in {places}"


def _urllib(wire: Wire) -> Callable[..., object]:
    """Return what SendGrid's client sends through instead of urllib."""

    def make_request(client: Any, _: object, request: Any, timeout: float | None = None) -> object:
        try:
            return open_like_urllib(wire, request, float(timeout or client.timeout or 10.0))
        except HTTPError as error:
            with error:
                raise handle_error(error) from None

    return make_request
