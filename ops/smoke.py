"""The command `ops smoke`, which runs the smoke test and prints a line for each step."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from portal.smoke.model import StepResult
from portal.smoke.run import Smoke
from rich.console import Console

from ops.errors import FAILED, NO

PAGE = "docs/smoke.md"


def run(smoke: Smoke, stage: str, console: Console, *, as_json: bool) -> int:
    """Run all steps, print them and return the exit code.

    0: all passed; 1: the portal did something else than it should; 3: it did not answer.
    """
    results = []
    for result in smoke.run():
        results.append(result)
        if not as_json:
            show(result, console)
    if as_json:
        console.print(report(stage, results), soft_wrap=True)
    else:
        console.print(summary(results), soft_wrap=True)
    failed = next((result for result in results if not result.passed), None)
    if failed is None:
        return 0
    return NO if failed.answered else FAILED


def show(result: StepResult, console: Console) -> None:
    """Print a step with its time. One that failed has its remedy and the correlation id."""
    mark, style = ("✓", "green") if result.passed else ("✗", "red")
    line = f"{mark} {result.step.value:<10} {result.seconds:6.2f} s  {result.found}"
    console.print(line, style=style, soft_wrap=True)
    if result.passed:
        return
    console.print(f"    mend: {result.remedy}", soft_wrap=True)
    if result.reference:
        console.print(f"    reference: {result.reference}", soft_wrap=True)
    console.print(f"    read: {PAGE}", soft_wrap=True)


def summary(results: Sequence[StepResult]) -> str:
    """Return a sentence about the run."""
    passed = sum(result.passed for result in results)
    seconds = sum(result.seconds for result in results)
    if passed == len(results):
        return f"Passed: {passed} steps in {seconds:.1f} s."
    return f"Failed: {len(results) - passed} of {len(results)} steps, in {seconds:.1f} s."


def report(stage: str, results: Sequence[StepResult]) -> str:
    """Return the run as JSON."""
    passed = all(result.passed for result in results)
    steps = [_object(result) for result in results]
    return json.dumps({"stage": stage, "passed": passed, "steps": steps}, indent=2)


def _object(result: StepResult) -> dict[str, Any]:
    return {
        "step": result.step.value,
        "passed": result.passed,
        "seconds": result.seconds,
        "found": result.found,
        "remedy": result.remedy or None,
        "reference": result.reference or None,
    }
