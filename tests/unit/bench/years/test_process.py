"""A process in simulated time is as it was before when the run is over."""

from __future__ import annotations

import sys
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
