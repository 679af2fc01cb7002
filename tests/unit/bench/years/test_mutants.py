"""Each deliberate defect is found, and the plan that finds it finds nothing without the defect."""

from __future__ import annotations

import contextlib
import functools
from dataclasses import replace

import pytest

from bench.years.simulation import Plan, Report, simulate
from tests.unit.bench.years.mutants import MUTANTS, Mutant

# A change of the portal changes the histories of all seeds, so that another seed may be needed.
MOST_SEEDS = 6
MOST_STEPS = 15_000


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_defect_is_found_where_nothing_is_found_without_it(mutant: Mutant) -> None:
    found = failing(mutant)
    assert found.numbers["steps"] < MOST_STEPS
    assert sound(found.plan).findings == []


def failing(mutant: Mutant) -> Report:
    """Return the first report of the mutant's seeds that shows the defect."""
    for seed in range(mutant.plan.seed, mutant.plan.seed + MOST_SEEDS):
        with contextlib.ExitStack() as defect:
            for patch in mutant.patches():
                defect.enter_context(patch)
            report = simulate(replace(mutant.plan, seed=seed))
        if report.kinds & mutant.shows:
            return report
    raise AssertionError(f"{MOST_SEEDS} seeds do not show it: {report.findings}")


@functools.cache
def sound(plan: Plan) -> Report:
    """Return the report of the portal as it is; several mutants share a plan."""
    return simulate(plan)
