"""Prints facts, tables and histories on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

NONE = "-"


def facts(console: Console, shown: Mapping[str, object]) -> None:
    """Print one fact per line, without the empty ones."""
    for name, value in shown.items():
        if value not in ("", None):
            console.print(f"  {name:<18}{value}", soft_wrap=True)


def table(*columns: str) -> Table:
    """Return an empty table with these columns."""
    made = Table(box=None, padding=(0, 2, 0, 2), header_style="dim")
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def history(events: Sequence[Mapping[str, Any]], console: Console) -> None:
    """Print a job's history, oldest line first."""
    for event in events:
        words = [
            str(event["sk"]).split("#")[1],
            f"attempt {event.get('attempt', NONE)}",
            *(str(event.get(name) or "") for name in ("kind", "step", "detail")),
        ]
        console.print("  " + "  ".join(word for word in words if word), soft_wrap=True)


def moment(epoch: float | None) -> str:
    """Return a time in UTC to the second; empty for None."""
    if epoch is None:
        return ""
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
