"""`ops smoke` against the running stack: green, red where something is planted, clean behind it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from local.context import StackContext
from local.demo.people import SYNTHETIC
from ops.cli import app

pytestmark = pytest.mark.stack


def smoke(stack: StackContext) -> tuple[int, dict[str, Any]]:
    """The exit code, and the steps by name."""
    result = CliRunner().invoke(app, ["--front-door", stack.front_url, "smoke", "--json"])
    report = json.loads(result.stdout)
    return result.exit_code, {step["step"]: step for step in report["steps"]}


def admin(address: str | None, method: str, path: str, body: Any = None) -> Any:
    with httpx.Client(trust_env=False, timeout=10) as client:
        answer = client.request(method, f"{address}/_admin/{path}", json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None


def orders(stack: StackContext) -> list[dict[str, Any]]:
    """The synthetic customer's Orders."""
    state = admin(stack.salesforce_url, "GET", "state")
    accounts = {a["Id"] for a in state["Account"] if a["Customer_Number__c"] == SYNTHETIC.number}
    return [order for order in state["Order"] if order["AccountId"] in accounts]


def test_it_is_green_and_red_where_something_is_planted(stack: StackContext) -> None:
    with httpx.Client(base_url=stack.front_url, trust_env=False, timeout=30) as client:
        assert client.post("/api/auth/signup", json=SYNTHETIC.signup()).status_code == 201
    code, steps = smoke(stack)
    assert (code, len(steps)) == (0, 7), steps
    fault = {"kind": "status", "status": 503, "operation": "composite", "times": None}
    planted = admin(stack.salesforce_url, "POST", "faults", fault)
    try:
        code, steps = smoke(stack)
    finally:
        admin(stack.salesforce_url, "DELETE", f"faults/{planted['id']}")
    assert code == 1
    assert [name for name, step in steps.items() if not step["passed"]] == ["cancel"]
    assert "make doctor" in steps["cancel"]["remedy"]
    assert {order["Status"] for order in orders(stack)} == {"Cancelled", "Pending Review"}
    code, steps = smoke(stack)
    assert code == 0
    assert "earlier runs left" in steps["clean-up"]["found"]
    assert {order["Status"] for order in orders(stack)} == {"Cancelled"}
    mails = httpx.get(f"{stack.front_url}/mail.json", trust_env=False, timeout=10).json()["mails"]
    subjects = [mail["subject"] for mail in mails if SYNTHETIC.email in mail["to"]]
    assert len(subjects) <= 1  # the welcome, which may still be under way
