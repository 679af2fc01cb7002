"""Formats the report of the doctor."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from ops.doctor.model import PASSED, Line, Status

MARKS = {
    Status.OK: ("✓", "green"),
    Status.WARNING: ("!", "yellow"),
    Status.WRONG: ("✗", "red"),
    Status.UNKNOWN: ("?", "magenta"),
    Status.SKIPPED: ("-", "dim"),
}
DOCS = "docs/"


def show(line: Line, console: Console) -> None:
    """Print a line. One that did not pass has its remedy and a page to read."""
    mark, style = MARKS[line.finding.status]
    console.print(
        f"{mark} {line.check.id}: {line.check.title} — {line.finding.found}",
        style=style,
        soft_wrap=True,
    )
    if line.finding.remedy:
        console.print(f"    mend: {line.finding.remedy}", soft_wrap=True)
        console.print(f"    read: {DOCS}{line.check.page}", soft_wrap=True)


def summary(lines: Sequence[Line]) -> str:
    """Return a sentence with the number of checks by result."""
    counts = Counter(line.finding.status for line in lines)
    passed = sum(counts[status] for status in PASSED)
    others = [
        f"{counts[status]} {_plural(status, counts[status])}"
        for status in (Status.WARNING, Status.WRONG, Status.UNKNOWN, Status.SKIPPED)
        if counts[status]
    ]
    return ", ".join([f"{passed} of {len(lines)} checks passed", *others]) + "."


def _plural(status: Status, count: int) -> str:
    return "warnings" if status is Status.WARNING and count > 1 else status.value


def as_json(stage: str, lines: Sequence[Line]) -> str:
    """Return the report as JSON."""
    return json.dumps({"stage": stage, "lines": [_object(line) for line in lines]}, indent=2)


def _object(line: Line) -> dict[str, Any]:
    return {
        "id": line.check.id,
        "system": line.check.system,
        "checked": line.check.title,
        "status": line.finding.status.value,
        "found": line.finding.found,
        "remedy": line.finding.remedy or None,
        "page": DOCS + line.check.page,
    }
