"""A model of provisioning for time and failures, with the calls of `functions.provision.steps`."""

from __future__ import annotations

from typing import ClassVar

from portal.domain.upstream import Unavailable
from portal.engine.failures import Postpone
from portal.engine.steps import Record, Run, Step, StepKey, Texts, Workflow
from portal.provisioning.job import KIND

from bench.simulation.whmcs import SimulatedCircuit, SimulatedWhmcs
from bench.simulation.world import World
from functions.provision.steps.activate_esim import FIRST_WAIT
from functions.provision.steps.add_order import BETWEEN_LOOKS, AddOrder

# Assumptions about the other upstreams, which have no outage here.
SALESFORCE_SECONDS = 0.4
ESIM_SECONDS = 0.8
MAIL_QUEUE_SECONDS = 0.05


class Request(Record):
    """The state of a step's request. Times are epoch seconds."""

    ordered: bool = False
    sent: bool = False
    looked_at: int | None = None


class Elsewhere(Step[Request]):
    """A step that calls another upstream than WHMCS."""

    seconds: ClassVar[float] = 60

    def __init__(self, world: World, name: str, takes: float) -> None:
        self._world = world
        self._takes = takes
        self.key = StepKey(name, Request)

    def run(self, run: Run) -> Request:  # nothing of the order matters here
        """Let time pass."""
        self._world.sleep(self._takes)
        return Request()


class ActivateEsim(Elsewhere):
    """Orders a line, which is active at the next look, in a second run of the worker."""

    def run(self, run: Run) -> Request:
        """Order the line, then look."""
        super().run(run)
        if not (run.record(self.key) or Request()).ordered:
            run.save(Request(ordered=True))
            raise Postpone("esim-pending", "not active yet", seconds=FIRST_WAIT)
        return Request()


class Whmcs(Step[Request]):
    """A step with calls to WHMCS, each through the circuit."""

    seconds: ClassVar[float] = 60

    def __init__(
        self, whmcs: SimulatedWhmcs, circuit: SimulatedCircuit, name: str, calls: tuple[str, ...]
    ) -> None:
        self._whmcs = whmcs
        self._circuit = circuit
        self._calls = calls
        self.key = StepKey(name, Request)

    def run(self, run: Run) -> Request:  # nothing of the order matters here
        """Make one call after the other."""
        for operation in self._calls:
            self._call(operation, writes=operation == "AcceptOrder")
        return Request()

    def _call(self, operation: str, *, writes: bool = False) -> None:
        self._circuit.run(lambda: self._whmcs.call(operation, writes=writes))


class PlaceOrder(Whmcs):
    """Records its intent before AddOrder, and looks twice after an unknown outcome."""

    seconds: ClassVar[float] = AddOrder.seconds
    irreversible: ClassVar[bool] = True

    def already_done(self, run: Run) -> Request | None:
        """Look for the order, which is never found because the request was lost in the outage."""
        record = run.record(self.key) or Request()
        if not record.sent:
            return None
        self._call("GetClientsProducts")
        self._call("GetOrders")
        if record.looked_at is None:
            run.save(Request(sent=True, looked_at=int(run.now())))
            raise _look_again(BETWEEN_LOOKS)
        if run.now() - record.looked_at < BETWEEN_LOOKS:
            raise _look_again(BETWEEN_LOOKS - (run.now() - record.looked_at))
        return None

    def run(self, run: Run) -> Request:
        """Record the intent and send."""
        run.save(Request(sent=True), irreversible=True)
        try:
            self._call("AddOrder", writes=True)
        except Unavailable:
            run.save(Request(), irreversible=False)
            raise
        return Request()


def provisioning(world: World, whmcs: SimulatedWhmcs, circuit: SimulatedCircuit) -> Workflow:
    """Return the workflow of one line with an eSIM, which makes five calls to WHMCS."""
    return Workflow(
        kind=KIND,
        texts=Texts(cancelled="", interrupted="", out_of_time=""),
        steps=[
            Elsewhere(world, "load", SALESFORCE_SECONDS),
            Whmcs(whmcs, circuit, "check", ("GetProducts", "GetPayMethods")),
            ActivateEsim(world, "activate_esim", ESIM_SECONDS),
            PlaceOrder(whmcs, circuit, "add_order", ()),
            Whmcs(whmcs, circuit, "accept_order", ("AcceptOrder",)),
            Whmcs(whmcs, circuit, "verify", ("GetClientsProducts",)),
            Elsewhere(world, "write_back", SALESFORCE_SECONDS),
            Elsewhere(world, "notify", MAIL_QUEUE_SECONDS),
        ],
        on_stopped=lambda _: None,
        result=lambda _: {},
    )


def _look_again(seconds: float) -> Postpone:
    return Postpone("whmcs-outcome-unknown", "not certain", seconds=seconds)
