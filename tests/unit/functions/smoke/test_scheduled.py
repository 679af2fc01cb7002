"""The scheduled smoke test: what it measures, and what it needs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from portal.config import ConfigurationError
from portal.smoke.run import Smoke

from functions.smoke import scheduled
from functions.smoke.deps import ScheduledConfig, SmokeDeps
from tests.unit.smoke.test_run import CUSTOMER, MemoryPortal, problem

SETTINGS = {"STAGE": "test", "SMOKE_SECRET_ID": "portal/test/smoke"}


def names(output: str) -> set[str]:
    """The metrics that were printed."""
    lines = [json.loads(line) for line in output.splitlines() if line.startswith('{"_aws"')]
    return {
        metric["Name"]
        for line in lines
        for directive in line["_aws"]["CloudWatchMetrics"]
        for metric in directive["Metrics"]
    }


def measured(portal: MemoryPortal) -> dict[str, Any]:
    return scheduled.measured(Smoke(portal, CUSTOMER, lambda: 0.0))


def test_a_passed_run_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert measured(MemoryPortal()) == {"passed": True, "failed": None}
    assert names(capsys.readouterr().out) == {"SmokePassed", "SmokeDuration"}


def test_a_failed_run_is_counted_once_and_names_its_first_step(
    capsys: pytest.CaptureFixture[str],
) -> None:
    failing = {"POST /orders": problem(503, "upstream-unavailable")}
    failing["POST /auth/logout"] = problem(500, "internal-error")
    assert measured(MemoryPortal(answers=dict(failing))) == {"passed": False, "failed": "order"}
    assert names(capsys.readouterr().out) == {"SmokeFailed", "SmokeDuration"}


def test_a_stage_without_a_synthetic_customer_says_so() -> None:
    deps = SmokeDeps(ScheduledConfig.model_validate(SETTINGS))
    with pytest.raises(ConfigurationError, match="SMOKE_EMAIL"):
        deps.customer()
