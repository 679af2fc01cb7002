"""The tests, lint rules and formats of the Lightning components, and the faults that they find."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.salesforce_project.node_tools import ESLINT, FORMATTED, JEST, LINTED, PRETTIER, node
from ops.salesforce_project.paths import PROJECT
from tests.unit.ops.salesforce_project.planting import MAIN, Planted, copy_project

SCREEN = "lwc/provisionInWhmcs/provisionInWhmcs"


def test_jest_passes_with_coverage() -> None:
    done = node(JEST, "--", "--coverage", "--silent")
    assert done.returncode == 0, done.stdout + done.stderr


def test_eslint_finds_nothing() -> None:
    done = node(ESLINT, "--max-warnings=0", *LINTED)
    assert done.returncode == 0, done.stdout


def test_everything_is_formatted() -> None:
    done = node(PRETTIER, "--check", *FORMATTED)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def planted(tmp_path: Path) -> Planted:
    copy = copy_project(tmp_path / "salesforce")
    (copy.root / "node_modules").symlink_to(PROJECT / "node_modules", target_is_directory=True)
    (tmp_path / "docs").symlink_to(PROJECT.parent / "docs", target_is_directory=True)
    return copy


def test_jest_finds_planted_faults(planted: Planted) -> None:
    planted.replace(f"{SCREEN}.js", "if (this.calling || !this.canPress)", "if (!this.canPress)")
    planted.replace(f"{SCREEN}.js", "        this._follower.stop();\n    }", "    }")
    planted.replace("lwc/portalProgress/portalProgress.js", "order.attemptCount <", "0 >")
    planted.replace("lwc/provisionOrders/provisionOrders.html", "{startLabel}", "{startText}")
    done = node(JEST, "--", "--silent", folder=planted.root)
    assert done.returncode != 0
    for said in (
        "calls once, follows the order",  # a double click
        "The component left a timer behind",
        "does not take the old failure for the result",
        "starts what can be started",  # the template reads what does not exist
    ):
        assert said in done.stdout + done.stderr


def test_eslint_finds_planted_faults() -> None:
    text = (PROJECT / MAIN / f"{SCREEN}.js").read_text(encoding="utf-8")
    focus = "this.refs.close?.focus();"
    assert focus in text
    faults = (
        "this.template.querySelector('p').innerHTML = '';"
        "document.querySelector('p');"
        "setTimeout(() => {});"
    )
    name = f"{MAIN}{SCREEN}.js"
    done = node(ESLINT, "--stdin", "--stdin-filename", name, text=text.replace(focus, faults))
    assert done.returncode == 1
    for rule in ("no-inner-html", "no-document-query", "no-async-operation"):
        assert f"@lwc/lwc/{rule}" in done.stdout


def test_prettier_finds_planted_faults(planted: Planted) -> None:
    planted.replace(f"{SCREEN}.js", "    labels = labels;", "  labels=labels")
    planted.replace("classes/PortalOrder.cls", "    public class Stop {", "  public class Stop{")
    done = node(PRETTIER, "--check", *FORMATTED, folder=planted.root)
    assert done.returncode == 1
    for name in ("provisionInWhmcs.js", "PortalOrder.cls"):
        assert name in done.stderr
