"""`make soak [MINUTES=10]`: a steady mix on a local stack of its own, while faults come and go.

It ends with status 1 when something was lost or doubled, or a request ended with status 500. The
callers do not pause between requests, so the rate is what the machine sustains.
"""

from __future__ import annotations

import argparse
import functools
import os
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx

from bench.soak.books import findings, settle
from bench.soak.callers import Caller, Figures
from bench.soak.memory import Memory
from bench.soak.trouble import Trouble
from local.context import StackContext
from local.stack.session import running
from local.stack.settings import Settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- soak: begin -->", "<!-- soak: end -->"
SAMPLE_SECONDS = 5.0
SETTLE_SECONDS = 1_200.0
"""Waits double while a system is down, up to a quarter of an hour."""


@dataclass(frozen=True)
class Soak:
    """How long, by how many callers, and how often something fails."""

    seconds: float
    callers: int = 2
    fault_seconds: float = 12.0
    quiet_seconds: float = 25.0


@dataclass(frozen=True)
class Result:
    """What a soak has measured and found."""

    soak: Soak
    figures: Figures
    orders: int
    top_ups: int
    faults: dict[str, int]
    memory: Memory
    settled_seconds: float
    findings: list[str]


def soak(stack: StackContext, plan: Soak) -> Result:
    """Run the mix against a stack, let it come to rest, and compare the books."""
    figures, memory, stop = Figures(), Memory(os.getpid()), threading.Event()
    emulators = stack.emulators
    trouble = Trouble(emulators, plan.fault_seconds, plan.quiet_seconds, stop)
    with ExitStack() as opened:
        callers = [
            opened.enter_context(closing(Caller(stack.front_url, figures, seed)))
            for seed in range(plan.callers)
        ]
        for caller in callers:
            caller.begin()
        works = [functools.partial(caller.live, stop) for caller in callers]
        with _threads(stop, [*works, trouble.run]):
            _watch(plan.seconds, memory, emulators.values())
        began = time.monotonic()
        found = settle(callers, seconds=SETTLE_SECONDS)
        settled = time.monotonic() - began
        wishes = [wish for caller in callers for wish in caller.wishes if wish.answer]
        return Result(
            soak=plan,
            figures=figures,
            orders=sum(wish.kind == "order" for wish in wishes),
            top_ups=sum(wish.kind == "top-up" for wish in wishes),
            faults=dict(trouble.counts),
            memory=memory,
            settled_seconds=settled,
            findings=[*figures.broken, *found, *findings(stack, callers)],
        )


@contextmanager
def _threads(stop: threading.Event, works: Sequence[Callable[[], None]]) -> Iterator[None]:
    failed: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001  # told when all have ended
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    if failed:
        raise failed[0]


def _watch(seconds: float, memory: Memory, emulators: Iterable[str]) -> None:
    """Sample memory until the time is over; forget the journals, which would grow."""
    deadline = time.monotonic() + seconds
    with httpx.Client(trust_env=False, timeout=10) as client:
        while time.monotonic() < deadline:
            memory.sample()
            for url in emulators:
                client.delete(f"{url}/_admin/journal")
            time.sleep(min(SAMPLE_SECONDS, max(deadline - time.monotonic(), 0.0)))
    memory.sample()


def markdown(result: Result) -> str:
    """Return the result as the document keeps it."""
    figures, seconds = result.figures, result.soak.seconds
    answers = sum(figures.statuses.values())
    refused = sum(n for status, n in figures.statuses.items() if status >= 500)  # noqa: PLR2004  # server errors
    today = date.today().isoformat()  # noqa: DTZ011  # the reader's calendar
    faults = ", ".join(f"{name}: {count}" for name, count in sorted(result.faults.items()))
    told = f"{today}: {seconds / 60:.0f} minutes, {result.soak.callers} callers without pauses."
    lines = [
        told,
        "",
        "| | |",
        "|---|---|",
        f"| requests | {answers:,} ({answers / seconds:.1f} a second) |",
        f"| orders, top-ups | {result.orders}, {result.top_ups} |",
        f"| faults | {sum(result.faults.values())} ({faults}) |",
        f"| answers 502, 503, 504 while a system failed | {refused:,} |",
        f"| until all was at rest afterwards | {result.settled_seconds:.0f} s |",
        f"| lost, doubled, or status 500 | {len(result.findings)} |",
        "",
        "| request | count | p50, ms | p99, ms |",
        "|---|--:|--:|--:|",
    ]
    for name, values in sorted(figures.milliseconds.items(), key=lambda one: -len(one[1])):
        ordered = sorted(values)
        p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
        lines.append(f"| {name} | {len(values):,} | {statistics.median(ordered):.0f} | {p99:.0f} |")
    lines += ["", "| memory | processes | MB of each, early | MB of each, at the end |"]
    lines += ["|---|--:|--:|--:|"]
    for group, samples in result.memory.samples.items():
        early, late = result.memory.per_process(group)
        lines.append(f"| {group} | {samples[-1][0]} | {early:.1f} | {late:.1f} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Soak, print, and keep the figures when asked to."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--callers", type=int, default=2, help="customers at the same time")
    parser.add_argument("--docs", action="store_true", help=f"also write docs/{DOCUMENT.name}")
    options = parser.parse_args()
    plan = Soak(seconds=60 * options.minutes, callers=options.callers)
    with running(Settings.for_tests(), progress=print) as stack:
        result = soak(stack, plan)
    text = markdown(result)
    print(text)
    for finding in result.findings:
        print(f"✗ {finding}")
    if options.docs:
        document = DOCUMENT.read_text(encoding="utf-8")
        before, _, rest = document.partition(BEGIN)
        after = rest.partition(END)[2]
        DOCUMENT.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")
    return 1 if result.findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
