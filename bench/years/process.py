"""Puts a process into simulated time: its clocks, its sleeping, and what is drawn by lot."""

from __future__ import annotations

import contextlib
import inspect
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import time_machine

PATIENT = ("portal.", "functions.")
"""Packages whose functions may have `time.sleep` as a default, bound when they were loaded."""


class Clocks:
    """The clocks of the process; they stand still until they are moved."""

    def __init__(self, traveller: Any) -> None:
        self._traveller = traveller
        self.shown = 0.0

    def show(self, moment: float) -> None:
        """Set `time.time`, `datetime.now` and the like to an epoch second."""
        if moment != self.shown:
            self.shown = moment
            self._traveller.move_to(moment)


@contextlib.contextmanager
def simulated(seed: int, *, begins: float, sleep: Callable[[float], None]) -> Iterator[Clocks]:
    """Within the block, time is what `Clocks` shows and chance is what the seed makes it.

    Other threads keep the real monotonic clock and really sleep: the event loop of a server that
    was started before would wait for a simulated moment after the block has ended.
    """
    chance = random.Random(f"process {seed}")  # noqa: S311  # a simulation has to be repeatable
    before = random.getstate()
    asleep = _only_here(sleep, _REAL_SLEEP)
    with contextlib.ExitStack() as stack:
        traveller = stack.enter_context(time_machine.travel(begins, tick=False))
        clocks = Clocks(traveller)
        for target, name, value in (
            (time, "sleep", asleep),
            (time, "monotonic", _only_here(lambda: clocks.shown, _REAL_MONOTONIC)),
            (os, "urandom", chance.randbytes),
            (random, "_urandom", chance.randbytes),
        ):
            stack.enter_context(mock.patch.object(target, name, value))
        stack.enter_context(_no_bound_sleep(asleep))
        random.seed(seed)
        try:
            yield clocks
        finally:
            random.setstate(before)


_REAL_SLEEP, _REAL_MONOTONIC = time.sleep, time.monotonic


def _only_here(simulated: Callable[..., Any], real: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that is `simulated` for the thread that asks now, and `real` for others."""
    here = threading.get_ident()

    def chosen(*arguments: Any) -> Any:
        return (simulated if threading.get_ident() == here else real)(*arguments)

    return chosen


@contextlib.contextmanager
def _no_bound_sleep(sleep: Callable[[float], None]) -> Iterator[None]:
    """Replace `time.sleep` where a function holds it as a default.

    Afterwards all have the real one again, also those of modules that were loaded meanwhile: they
    would hold the sleep of a run that is over.
    """
    _exchange(_REAL_SLEEP, sleep)
    try:
        yield
    finally:
        _exchange(sleep, _REAL_SLEEP)


def _exchange(old: object, new: object) -> None:
    for function in _functions():
        for name in ("__defaults__", "__kwdefaults__"):
            held = getattr(function, name)
            values = held.values() if isinstance(held, dict) else held or ()
            if any(value is old for value in values):
                setattr(function, name, _replaced(held, old, new))


def _replaced(held: Any, old: object, new: object) -> Any:
    if isinstance(held, dict):
        return {k: new if v is old else v for k, v in held.items()}
    return tuple(new if value is old else value for value in held)


def _functions() -> Iterator[Any]:
    for module_name, module in list(sys.modules.items()):
        if not module_name.startswith(PATIENT):
            continue
        for value in list(vars(module).values()):
            if inspect.isfunction(value):
                yield value
            elif inspect.isclass(value):
                yield from (each for each in vars(value).values() if inspect.isfunction(each))
