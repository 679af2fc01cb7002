"""A few short seeds of `make simulate-years`: nothing is found, and a run can be replayed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.years.providers import ESIM_ACCESS, GIGS
from bench.years.simulation import Plan, simulate

REPOSITORY = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize(("seed", "provider"), [(1, GIGS), (2, ESIM_ACCESS)])
def test_a_short_time_with_all_kinds_of_trouble_leaves_nothing_wrong(
    seed: int, provider: str
) -> None:
    plan = Plan(seed=seed, days=0.25, customers=2, intensity=4.0, provider=provider)
    report = simulate(plan)
    assert report.findings == []
    assert report.numbers["orders"] > 0
    assert sum(report.faults.values()) > 0
    assert report.numbers["audits"] > 0


def test_another_process_with_another_order_of_hashes_does_the_same() -> None:
    plan = Plan(seed=3, days=0.1, customers=2, intensity=4.0)
    code = f"from bench.years.simulation import *; print(simulate({plan!r}).digest)"
    assert _in_a_process(code, hash_seed="1") == simulate(plan).digest


def _in_a_process(code: str, *, hash_seed: str) -> str:
    done = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()
