"""A process in simulated time is as it was before when the run is over."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from types import ModuleType

import pytest

from bench.years.process import simulated


def test_a_module_that_is_loaded_in_a_run_does_not_keep_its_sleep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late = ModuleType("portal.late")
    with simulated(1, begins=0.0, sleep=lambda _: None):
        exec("import time\ndef wait(sleep=time.sleep): return sleep", vars(late))  # noqa: S102  # a module
        monkeypatch.setitem(sys.modules, late.__name__, late)
    assert late.wait() is time.sleep


def test_the_event_loop_of_another_thread_goes_on() -> None:
    loop = asyncio.new_event_loop()
    waited = threading.Event()
    loop.call_soon_threadsafe(loop.call_later, 0.01, waited.set)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    with simulated(1, begins=0.0, sleep=lambda _: None) as clocks:
        thread.start()
        assert waited.wait(5)
        assert time.monotonic() == clocks.shown
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
