"""`python -m bench.simulation` simulates the provisioning queue for a night without WHMCS.

It runs the real engine in simulated time. The same seed gives the same figures, except for
processor times.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

from rich.console import Console

from bench.simulation.report import as_json, table
from bench.simulation.scenario import Scenario, simulate

WIDTH = 150
PROCESSES = 2
# The longest first, so that two processes end together.
BACKLOGS = (
    Scenario(name="night, 2 + 2", orders=10_000),
    Scenario(name="night, 2 + 8", orders=10_000, waiting_concurrency=8),
    Scenario(name="1 h, 2 + 8", orders=10_000, outage_hours=1, waiting_concurrency=8),
    Scenario(name="a tenth", orders=1_000, outage_hours=1, waiting_concurrency=8),
)
REFERENCES = (
    Scenario(name="no outage", orders=0, outage_hours=0),
    Scenario(name="1 order", orders=1, fresh_per_hour=0),
    Scenario(name="10 orders", orders=10, fresh_per_hour=0),
    Scenario(name="30 orders", orders=30, fresh_per_hour=0),
    Scenario(name="100 orders", orders=100, fresh_per_hour=0),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate all scenarios and show the results."""
    options = _parser().parse_args(arguments)
    chosen = _custom(options) if options.orders is not None else BACKLOGS + REFERENCES
    seeded = [replace(scenario, seed=options.seed) for scenario in chosen]
    # Spawned: a forked child would share the parent's open connections and locks.
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        results = list(pool.map(simulate, seeded))
    if options.json:
        print(as_json(results))
        return 0
    console = Console(width=WIDTH)
    for part in (results[: len(BACKLOGS)], results[len(BACKLOGS) :]):
        if part:
            console.print(table(part))
    return 0


def _custom(options: argparse.Namespace) -> tuple[Scenario, ...]:
    return tuple(
        Scenario(
            name=f"{workers} workers",
            orders=options.orders,
            waiting_concurrency=workers,
            outage_hours=options.hours,
        )
        for workers in options.workers
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=7, help="of all chance (7)")
    parser.add_argument("--json", action="store_true", help="print JSON in place of tables")
    parser.add_argument("--orders", type=int, help="simulate this backlog in place of the usual")
    parser.add_argument("--hours", type=float, default=10.0, help="outage, with --orders (10)")
    parser.add_argument(
        "--workers",
        type=int,
        nargs="+",
        default=[2],
        help="concurrency for the backlog, with --orders (2)",
    )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
