"""WHMCS with an outage, seen through the circuit breaker of each worker."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.circuit_breaker import (
    CircuitBreakerOpenError,
    CircuitTransition,
)
from aws_lambda_powertools.utilities.circuit_breaker.states import CircuitInfo, CircuitState
from portal.adapters.circuit import FAILURES, OPEN_SECONDS, Circuit
from portal.adapters.http import CONNECT_SECONDS
from portal.adapters.whmcs.client import READ_SECONDS
from portal.domain.upstream import (
    OutcomeUnknown,
    Unauthorized,
    Unavailable,
    UpstreamError,
)

from bench.simulation.world import World

# An assumption, not a measurement: a PHP application with a database, half of the calls faster.
MEDIAN_SECONDS = 0.6
SPREAD = 0.5
CACHE_SECONDS = 5  # Powertools' local_cache_max_age
HANDLED = (Unavailable, OutcomeUnknown, Unauthorized)


class WorkerKilled(BaseException):
    """The execution environment was killed in the middle of a call."""


class SimulatedWhmcs:
    """WHMCS, which is unreachable from `down_from` to `up_at` (epoch seconds).

    A call during the outage ends with the connect timeout and has no effect. A call that is under
    way when the outage begins ends with the read timeout, and the outcome of a write is unknown.
    `deadly` is the probability that a call kills its caller.
    """

    def __init__(self, world: World, *, down_from: float, up_at: float, deadly: float) -> None:
        self._world = world
        self._down_from = down_from
        self._up_at = up_at
        self._deadly = deadly
        self.per_minute: Counter[int] = Counter()
        self.in_flight = self.most_in_flight = 0

    def call(self, operation: str, *, writes: bool = False) -> None:
        """One action. Raises Unavailable or OutcomeUnknown."""
        self.per_minute[int((self._world.now() - self._up_at) // 60)] += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            self._answer(operation, writes=writes)
        finally:
            self.in_flight -= 1

    def _answer(self, operation: str, *, writes: bool) -> None:
        if self._down(self._world.now()):
            self._world.sleep(CONNECT_SECONDS)
            raise Unavailable("whmcs", operation, "cannot be reached")
        chance = self._world.random
        seconds = chance.lognormvariate(math.log(MEDIAN_SECONDS), SPREAD)
        if chance.random() < self._deadly:
            raise WorkerKilled
        if self._down(self._world.now() + seconds):
            self._world.sleep(READ_SECONDS)
            kind: type[UpstreamError] = OutcomeUnknown if writes else Unavailable
            raise kind("whmcs", operation, "no answer")
        self._world.sleep(seconds)

    def _down(self, at: float) -> bool:
        return self._down_from <= at < self._up_at


class SharedState:
    """The breaker's state in the idempotency table."""

    def __init__(self) -> None:
        self.state = CircuitState.CLOSED
        self.opened_at = 0.0
        self.prober: object = None
        self.lease_until = 0.0


class SimulatedCircuit(Circuit):
    """`Circuit` of one execution environment, on simulated time.

    Powertools' breaker reads the machine's clock, so its rules are here again: consecutive
    failures are counted per environment, the state is shared and cached for five seconds, and one
    environment probes when the circuit has been open long enough.
    """

    def __init__(self, world: World, shared: SharedState) -> None:
        self._upstream = "whmcs"
        self._opened = False
        self._protected = self._guard
        self._world = world
        self._shared = shared
        self._failures = 0
        self._seen = CircuitState.CLOSED
        self._seen_until = 0.0

    def _guard(self, call: Callable[[], Any]) -> Any:
        if self._state() is CircuitState.CLOSED:
            return self._call_closed(call)
        if self._elected():
            return self._probe(call)
        raise CircuitBreakerOpenError(
            "open", circuit=CircuitInfo(name="whmcs", state=self._seen, failure_count=0)
        )

    def _state(self) -> CircuitState:
        if self._world.now() >= self._seen_until:
            before, self._seen = self._seen, self._shared.state
            self._seen_until = self._world.now() + CACHE_SECONDS
            if self._seen is CircuitState.CLOSED is not before:
                self._failures = 0
        return self._seen

    def _elected(self) -> bool:
        shared, now = self._shared, self._world.now()
        if shared.state is CircuitState.OPEN:
            free = now >= shared.opened_at + OPEN_SECONDS
        else:
            free = shared.state is CircuitState.HALF_OPEN and now >= shared.lease_until
        if free:
            self._move(CircuitState.HALF_OPEN)
            shared.prober, shared.lease_until = self, now + OPEN_SECONDS
        return free

    def _call_closed(self, call: Callable[[], Any]) -> Any:
        try:
            answer = call()
        except HANDLED:
            self._failures += 1
            if self._failures >= FAILURES:
                self._failures = 0
                self._move(CircuitState.OPEN)
            raise
        self._failures = 0
        return answer

    def _probe(self, call: Callable[[], Any]) -> Any:
        try:
            answer = call()
        except HANDLED:
            self._move(CircuitState.OPEN)
            raise
        self._failures = 0
        self._move(CircuitState.CLOSED)
        return answer

    def _move(self, state: CircuitState) -> None:
        before, self._shared.state, now = self._shared.state, state, self._world.now()
        if state is CircuitState.OPEN:
            self._shared.opened_at = now
        self._seen, self._seen_until = state, now + CACHE_SECONDS
        self._changed(CircuitTransition("whmcs", before, state))

    def _changed(self, transition: CircuitTransition) -> None:
        """Emit neither metrics nor logs."""
        self._opened = transition.to_state is CircuitState.OPEN
