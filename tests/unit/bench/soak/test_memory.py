"""The memory of a tree of processes."""

from __future__ import annotations

import os
import subprocess
import sys

from bench.soak.memory import AWS, OWN, WORKERS, Memory

WAITS = "import sys; print(1, flush=True); sys.stdin.read()"


def child(*arguments: str) -> subprocess.Popen[bytes]:
    """A process that runs until its standard input is closed."""
    command = [sys.executable, "-c", WAITS, *arguments]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603  # our own text
    assert started.stdout is not None
    started.stdout.readline()
    return started


def test_processes_are_counted_by_what_they_are() -> None:
    memory = Memory(os.getpid())
    with child() as worker, child("local/ministack") as aws:
        memory.sample()
        for process in (worker, aws):
            process.communicate()
    counts = {group: samples[0][0] for group, samples in memory.samples.items()}
    assert counts[OWN] == counts[AWS] == 1
    assert counts[WORKERS] >= 1


def test_growth_is_seen_between_the_beginning_and_the_end() -> None:
    memory = Memory(0)
    memory.samples[WORKERS] = [(2, 2.0 * megabytes) for megabytes in range(10, 20)]
    early, late = memory.per_process(WORKERS)
    assert (early, late) == (12.5, 18.5)
