"""What `ops smoke` prints, and its exit codes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from portal.config import ConfigurationError
from portal.domain.upstream import Unavailable
from portal.smoke.run import Smoke
from typer.testing import CliRunner, Result

from ops.cli import app
from tests.unit.smoke.test_run import CUSTOMER, STEPS, MemoryPortal, problem

DOWN = Unavailable("portal", "POST /auth/login", "no route")
REFUSED = problem(503, "upstream-unavailable")


class SmokeRoot:
    """A stage whose API is in memory."""

    def __init__(self, portal: MemoryPortal | None) -> None:
        self.portal = portal

    def stage_name(self) -> str:
        return "dev"

    def smoke(self) -> Smoke:
        if self.portal is None:
            raise ConfigurationError("set SMOKE_EMAIL")
        return Smoke(self.portal, CUSTOMER, lambda: 0.0)


def ran(portal: MemoryPortal | None, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["smoke", *arguments], obj=SmokeRoot(portal))


def test_a_green_run_has_a_line_for_each_step() -> None:
    result = ran(MemoryPortal())
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split()[1] for line in lines[:-1]] == STEPS
    assert all(line.startswith("✓") for line in lines[:-1])
    assert lines[-1] == "Passed: 7 steps in 0.0 s."


def test_a_red_step_says_how_to_mend_it_and_what_to_look_for() -> None:
    result = ran(MemoryPortal(answers={"POST /orders": REFUSED}))
    assert result.exit_code == 1
    assert "✗ order        0.00 s  503 upstream-unavailable" in result.stdout
    assert "mend: A system behind the portal failed" in result.stdout
    assert "reference: ref-12345" in result.stdout
    assert "Failed: 1 of 5 steps" in result.stdout


@pytest.mark.parametrize(
    ("answers", "code"),
    [({}, 0), ({"POST /orders": REFUSED}, 1), ({"POST /auth/login": DOWN}, 3)],
)
def test_json_and_exit_codes_are_for_pipelines(answers: dict[str, Any], code: int) -> None:
    result = ran(MemoryPortal(answers=answers), "--json")
    assert result.exit_code == code
    document = json.loads(result.stdout)
    assert (document["stage"], document["passed"]) == ("dev", code == 0)
    assert [step["passed"] for step in document["steps"]].count(False) == (1 if code else 0)


def test_a_stage_without_a_synthetic_customer_says_what_is_missing() -> None:
    result = ran(None)
    assert result.exit_code == 3
    assert "SMOKE_EMAIL" in result.output
