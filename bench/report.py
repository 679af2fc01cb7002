"""Renders the measurements as tables on the terminal, as Markdown and as JSON."""

from __future__ import annotations

import dataclasses
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table as RichTable

from bench import limits
from bench.cold import Cold

if TYPE_CHECKING:
    # Importing these creates the bare handler's client, which needs its environment first.
    from bench.growth import GrowthRow
    from bench.warm import Warm

SALESFORCE_MARK = "yes"


@dataclass(frozen=True)
class Table:
    """A table of texts. Columns are right-aligned from the second one on."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Results:
    """The measurements; None for those that were not made."""

    day: date
    cold: Cold | None
    warm: Warm | None
    growth: Sequence[GrowthRow] | None

    @property
    def machine(self) -> str:
        """A description of the machine."""
        return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def tables(results: Results) -> list[Table]:
    """Return the tables of all measurements that were made."""
    found = []
    if results.cold is not None:
        found.append(_cold(results.cold))
    if results.warm is not None:
        found.append(_warm(results.warm))
    if results.growth is not None:
        found.append(_growth(results.growth))
    return found


def show(results: Results, console: Console) -> None:
    """Print all tables."""
    console.print(f"{results.day}: {results.machine}; processor time, medians")
    for table in tables(results):
        drawn = RichTable(title=table.title, title_justify="left")
        for number, column in enumerate(table.columns):
            drawn.add_column(column, justify="right" if number else "left", no_wrap=True)
        for row in table.rows:
            drawn.add_row(*row)
        console.print(drawn)


def markdown(results: Results) -> str:
    """Return all tables as Markdown."""
    lines = [f"Measured on {results.day} ({results.machine}); processor time, medians.", ""]
    for table in tables(results):
        rule = [":--", *("--:" for _ in table.columns[1:])]
        lines += [f"**{table.title}**", ""]
        lines += [f"| {' | '.join(row)} |" for row in (table.columns, rule, *table.rows)]
        lines.append("")
    return "\n".join(lines)


def as_json(results: Results) -> str:
    """Return the measurements as JSON, in seconds and ratios."""
    document = dataclasses.asdict(results) | {"machine": results.machine}
    return json.dumps(document, indent=2, default=str)


def verdict(ratio: float, limit: float) -> str:
    """Return a ratio as text, marked when it is over its limit."""
    return f"{ratio:.2f}" if ratio <= limit else f"{ratio:.2f} (over)"


def _cold(cold: Cold) -> Table:
    rows = tuple(
        (
            row.endpoint,
            SALESFORCE_MARK if row.salesforce else "",
            _milliseconds(row.import_seconds, digits=0),
            verdict(row.import_ratio, row.limit),
            f"{row.limit:.2f}",
            _milliseconds(row.first_use_seconds, digits=0),
            f"{row.first_use_ratio:.2f}",
        )
        for row in cold.rows
    )
    bare, compiling = (
        _milliseconds(seconds, digits=0) for seconds in (cold.bare_seconds, cold.compiling_seconds)
    )
    return Table(
        f"Cold start (bare handler: {bare} ms from bytecode, {compiling} ms without)",
        ("endpoint", "Salesforce", "import ms", "ratio", "limit", "+ first use ms", "ratio"),
        rows,
    )


def _warm(warm: Warm) -> Table:
    rows = tuple(
        (
            row.endpoint,
            _milliseconds(row.seconds, digits=2),
            f"{row.answer_bytes:,}",
            "yes" if row.seconds > limits.REQUEST_SECONDS else "",
        )
        for row in warm.rows
    )
    large = verdict(warm.typed_ratio, limits.CACHED_CATALOGUE)
    return Table(
        f"Warm (limit {_milliseconds(limits.REQUEST_SECONDS, digits=0)} ms). GET /catalog is "
        f"{large} of the bare handler with the same products (limit "
        f"{limits.CACHED_CATALOGUE}), {warm.text_ratio:.2f} of one that is given the text",
        ("endpoint", "ms", "bytes", "over"),
        rows,
    )


def _growth(rows: Sequence[GrowthRow]) -> Table:
    return Table(
        "Growth",
        ("what", "units", "ms", "µs a unit", "upstream calls", "DynamoDB calls"),
        tuple(
            (
                row.what,
                f"{row.units:,}",
                _milliseconds(row.seconds, digits=1),
                f"{row.seconds_per_unit * 1e6:,.1f}",
                str(row.upstream_calls),
                str(row.table_calls),
            )
            for row in rows
        ),
    )


def _milliseconds(seconds: float, *, digits: int) -> str:
    return f"{seconds * 1000:,.{digits}f}"
