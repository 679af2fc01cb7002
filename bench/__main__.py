"""`python -m bench` measures performance as ratios against a bare handler, in one run.

It always ends with status 0, so that a busy machine breaks no build. The tests check the limits
that must always hold (calls per flow, what an import loads).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rich.console import Console

from bench import cold, environment, report
from infra.endpoints import ENDPOINTS

DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
WIDTH = 110
PARTS = ("cold", "warm", "growth")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, show the results, and write the requested files."""
    options = _parser().parse_args(arguments)
    # Wide enough for every table, also in a log.
    console, progress = Console(width=WIDTH), Console(stderr=True)
    parts = options.only or PARTS
    with environment.everything(), progress.status("measuring") as status:
        results = _measure(parts, options.rounds, lambda text: status.update(f"{text} …"))
    report.show(results, console)
    if options.json is not None:
        options.json.write_text(report.as_json(results) + "\n", encoding="utf-8")
    if options.docs:
        DOCUMENT.write_text(replaced(DOCUMENT.read_text(encoding="utf-8"), results), "utf-8")
    return 0


def replaced(document: str, results: report.Results) -> str:
    """Return the document with these results in place of the old ones."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{report.markdown(results)}\n{END}{after}"


def _measure(parts: Sequence[str], rounds: int, progress: cold.Progress) -> report.Results:
    # Imported late, because they load every handler and need the environment set above.
    from bench import growth, warm  # noqa: PLC0415

    return report.Results(
        day=date.today(),  # noqa: DTZ011  # the reader's calendar
        cold=(
            cold.measure(ENDPOINTS, rounds=rounds, progress=progress) if "cold" in parts else None
        ),
        warm=warm.measure(rounds=rounds, progress=progress) if "warm" in parts else None,
        growth=growth.measure(repeats=rounds, progress=progress) if "growth" in parts else None,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="repetitions (5)")
    parser.add_argument("--only", choices=PARTS, action="append", help="may be given several times")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures here")
    parser.add_argument("--docs", action="store_true", help=f"also write docs/{DOCUMENT.name}")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
