"""The doctor against the running stack: green, and red where something is planted."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from local.context import StackContext
from local.stack.ministack import Ministack
from ops.cli import app

pytestmark = pytest.mark.stack

DELIBERATE = {"salesforce.prices", "portal.rejected-products"}
"""The demo has a product without a price and one with a mistake, to be shown."""


def doctor(stack: StackContext, *arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(
        app, ["--front-door", stack.front_url, "doctor", "--json", *arguments]
    )
    lines = json.loads(result.stdout)["lines"]
    return {line["id"]: line for line in lines} | {"exit code": result.exit_code}


def seen(report: dict[str, Any], *statuses: str) -> set[str]:
    return {
        name
        for name, line in report.items()
        if isinstance(line, dict) and line["status"] in statuses
    }


def test_the_local_stack_is_green(stack: StackContext) -> None:
    report = doctor(stack)
    # Other tests of the session may have left dead letters and ringing alarms.
    left = {"aws.dead-letters", "aws.alarms-ringing"}
    assert seen(report, "wrong", "unknown", "skipped") == set(), report
    assert seen(report, "warning") - left == DELIBERATE
    assert report["exit code"] == 0


def test_what_is_planted_turns_red(stack: StackContext, aws: Ministack) -> None:
    rule = "portal-local-provision-sweeper"
    aws.client("events").disable_rule(Name=rule)
    switches(stack, denied_actions=["AcceptOrder"])
    try:
        report = doctor(stack, "--system", "aws", "--system", "whmcs")
    finally:
        aws.client("events").enable_rule(Name=rule)
        switches(stack, denied_actions=[])
    assert seen(report, "wrong") == {"aws.schedules", "whmcs.action-AcceptOrder"}
    assert report["exit code"] == 1
    assert "AcceptOrder" in report["whmcs.action-AcceptOrder"]["remedy"]


def switches(stack: StackContext, **changes: Any) -> None:
    address = f"{stack.whmcs_url}/_admin/switches"
    httpx.patch(address, json=changes, timeout=10, trust_env=False).raise_for_status()
