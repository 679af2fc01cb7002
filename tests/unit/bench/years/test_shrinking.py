"""The shrinker, against runs that fail for a known reason."""

from __future__ import annotations

from bench.years.shrinking import SHORTEST_DAYS, shrink
from bench.years.simulation import Plan, Report


def fails_with_crashes_and_two_customers(plan: Plan) -> Report:
    failing = "crash" in plan.faults and plan.customers >= 2
    return Report(plan, ["billing-twice: told"] if failing else [], [])


def test_what_is_not_needed_goes() -> None:
    failed = fails_with_crashes_and_two_customers(Plan(seed=7, days=4.0, customers=9))
    smallest = shrink(failed, fails_with_crashes_and_two_customers).plan
    assert smallest == Plan(7, SHORTEST_DAYS, 2, frozenset({"crash"}))


def test_another_finding_is_no_reason_to_go_on() -> None:
    failed = Report(Plan(seed=7), ["billing-twice: told"], [])
    other = shrink(failed, lambda plan: Report(plan, ["stuck: told"], []))
    assert other is failed


def test_the_number_of_runs_is_bounded() -> None:
    runs: list[Plan] = []

    def run(plan: Plan) -> Report:
        runs.append(plan)
        return fails_with_crashes_and_two_customers(plan)

    shrink(fails_with_crashes_and_two_customers(Plan(seed=7)), run, most_runs=5)
    assert len(runs) == 5
