"""The project's Apex tests, run by the emulated org, with line coverage."""

from __future__ import annotations

import pytest

from local.emulators.salesforce.apex.program import Program
from local.emulators.salesforce.apex.testing import Report, Suite
from local.emulators.salesforce.switches import Switches

LEAST_PERCENT = 90.0


@pytest.fixture(scope="module", params=[True, False], ids=["person accounts", "no person accounts"])
def report(request: pytest.FixtureRequest, program: Program) -> Report:
    return Suite(program, Switches(person_accounts=request.param)).run()


def test_every_apex_test_passes(report: Report) -> None:
    assert report.results
    assert [(item.cls, item.method, item.failure) for item in report.failed] == []


def test_coverage_of_every_class_and_of_all_together(report: Report) -> None:
    low = [item for item in report.coverage.files() if item.percent < LEAST_PERCENT - 15]
    assert low == []
    assert report.coverage.percent() >= LEAST_PERCENT, report.coverage.files()
