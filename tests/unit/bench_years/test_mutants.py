"""Each deliberate defect is found, and the plan that finds it finds nothing without the defect."""

from __future__ import annotations

import contextlib

import pytest

from bench.years.simulation import Plan, simulate
from tests.unit.bench_years.mutants import MUTANTS, Mutant

MOST_STEPS = 25_000


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_defect_is_found(mutant: Mutant) -> None:
    with contextlib.ExitStack() as defect:
        for patch in mutant.patches():
            defect.enter_context(patch)
        report = simulate(mutant.plan)
    assert report.kinds & mutant.shows, report.findings
    assert report.numbers["steps"] < MOST_STEPS


@pytest.mark.parametrize("plan", sorted({m.plan for m in MUTANTS}, key=repr), ids=repr)
def test_nothing_is_found_without_the_defect(plan: Plan) -> None:
    assert simulate(plan).findings == []
