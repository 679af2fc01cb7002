"""Simulated time for code that blocks.

The engine calls its steps and waits for them, whereas SimPy's processes are generators. A greenlet
joins the two: `sleep` returns control to the process that runs the call until the time has passed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import greenlet
import simpy

# The outage begins at second 0; simulated epochs are far from zero as real ones are.
EPOCH = 1_790_000_000.0
ResultT = TypeVar("ResultT")
Process = Generator[simpy.Event, Any, ResultT]


class World:
    """The simulated time and the random numbers of one run. The same seed gives the same run."""

    def __init__(self, seed: int) -> None:
        self.env = simpy.Environment(initial_time=EPOCH)
        self.random = random.Random(seed)  # noqa: S311  # a simulation has to be repeatable

    def now(self) -> float:
        """Simulated epoch seconds."""
        return float(self.env.now)

    def sleep(self, seconds: float) -> None:
        """Let simulated time pass. Use it only inside `blocking`."""
        parent = greenlet.getcurrent().parent
        if parent is None:
            msg = "sleep was called outside of World.blocking"
            raise RuntimeError(msg)
        parent.switch(seconds)

    def blocking(self, call: Callable[[], ResultT]) -> Process[ResultT]:
        """Run `call` as a part of a process. Raises the errors of `call`."""
        task = greenlet.greenlet(call)
        given: Any = task.switch()
        while not task.dead:
            yield self.env.timeout(given)
            given = task.switch()
        result: ResultT = given
        return result

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Call `act` in so many seconds, outside of any process."""
        event = self.env.timeout(seconds)
        if event.callbacks is not None:
            event.callbacks.append(lambda _: act())
