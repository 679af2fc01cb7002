"""Renders results as a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict

from rich.table import Table

from bench.simulation.scenario import Result

HOUR, MINUTE = 3_600, 60


def duration(seconds: float) -> str:
    """Return a duration in a fitting unit."""
    if seconds >= 2 * HOUR:
        return f"{seconds / HOUR:.1f} h"
    if seconds >= 2 * MINUTE:
        return f"{seconds / MINUTE:.1f} min"
    return f"{seconds:.1f} s"


def setting(result: Result) -> str:
    """Return the settings of a scenario as text."""
    scenario = result.scenario
    workers = f"{scenario.concurrency} + {scenario.waiting_concurrency}"
    return f"{scenario.orders} / {workers} / {scenario.outage_hours:g}"


ROWS: tuple[tuple[str, Callable[[Result], str]], ...] = (
    ("orders / workers (fresh + waiting) / outage h", setting),
    ("succeeded / failed / unfinished", lambda r: f"{r.succeeded} / {r.failed} / {r.unfinished}"),
    ("dead letters", lambda r: f"{r.dead_letters}"),
    ("drained after recovery", lambda r: duration(r.drain)),
    (
        "runs: median / p99 / max",
        lambda r: f"{r.runs_median:.0f} / {r.runs_p99:.0f} / {r.runs_max:.0f}",
    ),
    (
        "fresh orders: median / p99",
        lambda r: f"{duration(r.fresh_median)} / {duration(r.fresh_p99)}",
    ),
    (
        "WHMCS down, calls a minute: mean / max",
        lambda r: f"{r.down_calls_mean:.2f} / {r.down_calls_max}",
    ),
    (
        "WHMCS up: most a minute / at once",
        lambda r: f"{r.up_calls_max} / {r.most_in_flight}",
    ),
    ("WHMCS calls an order", lambda r: f"{r.calls_per_order:.2f}"),
    (
        "receives: an order / a second while down",
        lambda r: f"{r.receives_per_order:.1f} / {r.down_receives_per_second:.2f}",
    ),
    ("table writes an order", lambda r: f"{r.writes_per_order:.0f}"),
    ("sweeper's messages", lambda r: f"{r.swept}"),
    ("processor ms an order", lambda r: f"{r.wall_ms_per_order:.2f}"),
)


def table(results: Sequence[Result]) -> Table:
    """Return a table with one column per scenario."""
    shown = Table(title="Provisioning, WHMCS being down")
    shown.add_column("")
    for result in results:
        shown.add_column(result.scenario.name, justify="right")
    for label, cell in ROWS:
        shown.add_row(label, *(cell(result) for result in results))
    return shown


def as_json(results: Sequence[Result]) -> str:
    """Return all figures and settings as JSON."""
    return json.dumps([asdict(result) for result in results], indent=2)
