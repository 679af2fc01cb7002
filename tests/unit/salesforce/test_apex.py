"""The project's Apex tests, run by the emulated org, with line coverage."""

from __future__ import annotations

import pytest

from local.emulators.salesforce.apex.program import Program
from local.emulators.salesforce.apex.testing import Report, Suite
from local.emulators.salesforce.metadata import project_root
from local.emulators.salesforce.switches import Switches

LEAST_PERCENT = 90.0
# What Salesforce asks of a whole deployment.
LEAST_OF_A_CLASS = 75.0


@pytest.fixture(scope="module", params=[True, False], ids=["person accounts", "no person accounts"])
def report(request: pytest.FixtureRequest, program: Program) -> Report:
    return Suite(program, Switches(person_accounts=request.param)).run()


def test_every_apex_test_passes(report: Report) -> None:
    assert report.results
    assert [(item.cls, item.method, item.failure) for item in report.failed] == []


def test_the_variant_that_signs_in_apex_passes_too() -> None:
    variant = Program.load(project_root(), ("force-app", "crypto-signing"))
    assert Suite(variant).run("PortalSignatureTest").failed == ()


def test_coverage_of_every_class_and_of_all_together(report: Report) -> None:
    low = [item for item in report.coverage.files() if item.percent < LEAST_OF_A_CLASS]
    assert low == []
    assert report.coverage.percent() >= LEAST_PERCENT, report.coverage.files()
