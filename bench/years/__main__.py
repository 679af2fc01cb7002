"""`make simulate-years [SEED=…] [DAYS=…]`: one seed, or one after the other until it is stopped."""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from bench.years import trouble
from bench.years.providers import PROVIDERS
from bench.years.shrinking import shrink
from bench.years.simulation import CALM_DAYS, Plan, Report, simulate

NONE = "none"


def main() -> int:
    """Simulate and print. Returns 1 when something was found."""
    options = _options()
    plan = Plan(
        seed=options.seed or 1,
        days=options.days,
        customers=options.customers,
        faults=trouble.ALL if options.faults is None else _kinds(options.faults),
        intensity=options.intensity,
        dies_at=options.dies_at,
    )
    seeds = itertools.count(1) if options.seed is None else iter([options.seed])
    seen: Counter[str] = Counter()
    begun = time.monotonic()
    for seed in seeds:
        provider = options.provider or PROVIDERS[seed % len(PROVIDERS)]
        report = simulate(replace(plan, seed=seed, provider=provider))
        seen["seeds"] += 1
        seen.update({name: report.numbers[name] for name in ("orders", "provisioned", "mails")})
        seen["faults"] += sum(report.faults.values())
        days = seen["seeds"] * (plan.days + CALM_DAYS)
        print(
            f"seed {seed} with {provider}: {report.numbers['orders']} orders,"
            f" {sum(report.faults.values())} faults, log {report.digest},"
            f" {len(report.findings)} findings"
            f"  [{days / 365.25:.2f} years, {seen['orders']} orders, {seen['faults']} faults,"
            f" {time.monotonic() - begun:.0f} s]",
            flush=True,
        )
        if options.log is not None:
            options.log.write_text("\n".join(report.log) + "\n", encoding="utf-8")
        if report.findings:
            _explain(report, smaller=not options.no_shrinking)
            return 1
    return 0


def _explain(report: Report, *, smaller: bool) -> None:
    for finding in report.findings:
        print(f"  ✗ {finding}")
    if smaller:
        print("looking for the smallest plan that still fails …", flush=True)
        report = shrink(report, simulate)
        for finding in report.findings:
            print(f"  ✗ {finding}")
    print(f"replay: {_command(report.plan)}")
    print("\n".join(report.log[-40:]))


def _command(plan: Plan) -> str:
    """Return the command that runs a plan again."""
    faults, more = "", f" ARGS='--provider {plan.provider}'"
    if plan.faults != trouble.ALL:
        faults = f" FAULTS='{','.join(sorted(plan.faults)) or NONE}'"
    if plan.dies_at:
        more = f" ARGS='--provider {plan.provider} --dies-at \"{plan.dies_at}\"'"
    return (
        f"make simulate-years SEED={plan.seed} DAYS={plan.days:g} CUSTOMERS={plan.customers}"
        f" INTENSITY={plan.intensity:g}{faults}{more}"
    )


def _kinds(text: str) -> frozenset[str]:
    """Return the kinds of trouble that a text names. Exits with a message for an unknown one."""
    named = frozenset(text.split(",")) - {NONE}
    unknown = named - trouble.ALL
    if unknown:
        sys.exit(f"unknown kinds {sorted(unknown)}; known: none, {', '.join(sorted(trouble.ALL))}")
    return named


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.years", description=__doc__)
    parser.add_argument("--seed", type=int, help="only this one (default: all from 1 on)")
    parser.add_argument("--days", type=float, default=3.0, help="days with trouble in each seed")
    parser.add_argument("--customers", type=int, default=5)
    parser.add_argument("--intensity", type=float, default=1.0, help="multiplies all trouble")
    parser.add_argument("--faults", help="kinds of trouble, separated by commas (default: all)")
    parser.add_argument("--dies-at", default="", help="machines die at calls with this name only")
    parser.add_argument("--provider", choices=PROVIDERS, help="of eSIMs (default: by the seed)")
    parser.add_argument("--log", type=Path, help="file for the log of the last seed")
    parser.add_argument("--no-shrinking", action="store_true", help="keep a failing plan as it is")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
