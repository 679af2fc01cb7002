"""Makes a failing plan smaller: fewer days, customers and kinds of faults, the same finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from bench.years.simulation import Plan, Report

SHORTEST_DAYS = 0.125
MOST_RUNS = 60


def shrink(failed: Report, run: Callable[[Plan], Report], *, most_runs: int = MOST_RUNS) -> Report:
    """Return the smallest report with one of the same findings that so many runs have found.

    A smaller plan gives another history, because chance is drawn in another order. So a step is
    taken only when its run fails with the same invariant.
    """
    best, left = failed, most_runs
    improved = True
    while improved and left > 0:
        improved = False
        for plan in _smaller(best.plan):
            if left <= 0:
                break
            left -= 1
            report = run(plan)
            if report.kinds & failed.kinds:
                best, improved = report, True
                break
    return best


def _smaller(plan: Plan) -> Iterator[Plan]:
    """Yield plans that are smaller in one respect, the boldest first."""
    faults = sorted(plan.faults)
    if faults:
        yield replace(plan, faults=frozenset())
    if plan.customers > 1:
        yield replace(plan, customers=max(plan.customers // 2, 1))
    if plan.days > SHORTEST_DAYS:
        yield replace(plan, days=max(plan.days / 2, SHORTEST_DAYS))
    if len(faults) > 1:
        half = len(faults) // 2
        yield replace(plan, faults=frozenset(faults[half:]))
        yield replace(plan, faults=frozenset(faults[:half]))
        for fault in faults:
            yield replace(plan, faults=plan.faults - {fault})
    if plan.customers > 2:  # noqa: PLR2004  # one less than half is another plan
        yield replace(plan, customers=plan.customers - 1)
