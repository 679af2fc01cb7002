"""Simulated time, and tasks that run in it. One seed decides everything.

A task is a greenlet. Whatever takes time in it returns control to the world, which goes on with
the task or event that is due next. Only one task runs at a time, and nothing else decides the
order, so the same seed gives the same run.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import greenlet

ResultT = TypeVar("ResultT")


class Killed(BaseException):
    """The execution environment of a Lambda has died in the middle of its work."""


class Task:
    """Something that happens over time. `skew` is how far its machine's clock is off, in seconds.

    `suspended` are called around the times in which other tasks run. A task returns to `hub` when
    it ends, also when another task began it.
    """

    def __init__(self, name: str, run: Callable[[], object], hub: greenlet.greenlet) -> None:
        self.name = name
        self.skew = 0.0
        self.deadline: float | None = None
        self.machine: dict[Any, Any] = {}
        self.suspended: list[Callable[[], Callable[[], None]]] = []
        self.greenlet = greenlet.greenlet(run, hub)


@dataclass(order=True)
class _Event:
    at: float
    serial: int
    act: Callable[[], None] = field(compare=False)


class World:
    """The clock, the events to come, and the random numbers of one run.

    `show` is called with the time that the clocks of the process are to show. After `most_steps`
    events nothing happens any more.
    """

    def __init__(self, seed: int, *, begins: float, show: Callable[[float], None]) -> None:
        self.begins = begins
        self.now = begins
        self.random = random.Random(seed)  # noqa: S311  # a simulation has to be repeatable
        self.log: list[str] = []
        self.steps = 0
        self.most_steps = 10**9
        self.current: Task | None = None
        self._show = show
        self._events: list[_Event] = []
        self._serial = itertools.count()
        self._hub = greenlet.getcurrent()
        show(begins)

    def note(self, text: str) -> None:
        """Write a line into the log of this run."""
        self.log.append(f"{self.now - self.begins:14.3f} {text}")

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Call `act` in so many seconds. It must not take time."""
        heapq.heappush(self._events, _Event(self.now + seconds, next(self._serial), act))

    def spawn(self, name: str, run: Callable[[], object], *, after: float = 0.0) -> Task:
        """Begin a task in so many seconds."""
        task = Task(name, run, self._hub)
        self.later(after, lambda: self._resume(task))
        return task

    def sleep(self, seconds: float) -> None:
        """Let time pass in the current task. Raises Killed when the machine's time has run out."""
        task = self.current
        if task is None:
            msg = "time passes only within tasks"
            raise RuntimeError(msg)
        restore = [suspend() for suspend in task.suspended]
        self.later(max(seconds, 0.0), lambda: self._resume(task))
        self._hub.switch()
        for put_back in restore:
            put_back()
        if task.deadline is not None and self.now > task.deadline:
            self.note(f"{task.name} ran out of time")
            raise Killed

    def wait(self, condition: Callable[[], bool], *, every: float, at_most: float) -> bool:
        """Sleep until the condition holds. Returns False when it did not in that time."""
        until = self.now + at_most
        while not condition():
            if self.now >= until:
                return False
            self.sleep(every)
        return True

    def true_time(self, act: Callable[[], ResultT]) -> ResultT:
        """Do something on a machine whose clock is right."""
        self._show(self.now)
        try:
            return act()
        finally:
            self._show_task()

    def run(self, *, until: float) -> None:
        """Let time pass up to a moment, in epoch seconds."""
        while self._events and self._events[0].at <= until and self.steps < self.most_steps:
            event = heapq.heappop(self._events)
            self.now = max(self.now, event.at)
            self._show(self.now)
            self.steps += 1
            event.act()
        self.now = max(self.now, until)
        self._show(self.now)

    def _resume(self, task: Task) -> None:
        self.current = task
        self._show_task()
        try:
            task.greenlet.switch()
        finally:
            self.current = None

    def _show_task(self) -> None:
        task = self.current
        self._show(self.now + (task.skew if task is not None else 0.0))
