"""The memory of the stack's processes, read from /proc (Linux)."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")
KILOBYTES_PER_MEGABYTE = 1024
WORKERS, AWS, OWN = "Lambda processes", "ministack", "emulators, front door and callers"


@dataclass
class Memory:
    """Samples of resident memory by group of processes; `root` is the process that runs it all."""

    root: int
    samples: dict[str, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))

    def sample(self) -> None:
        """Add the number of processes and their megabytes now, by group."""
        found: dict[str, list[float]] = defaultdict(list)
        for pid in _descendants(self.root):
            megabytes = _resident(pid)
            if megabytes is not None:
                found[OWN if pid == self.root else _group(pid)].append(megabytes)
        for group, values in found.items():
            self.samples[group].append((len(values), sum(values)))

    def per_process(self, group: str) -> tuple[float, float]:
        """Return the megabytes of one process, of the second fifth and of the last fifth."""
        values = [total / count for count, total in self.samples[group]]
        fifth = max(len(values) // 5, 1)
        early, late = values[fifth : 2 * fifth] or values[:1], values[-fifth:]
        return statistics.median(early), statistics.median(late)


def _descendants(pid: int) -> Iterator[int]:
    yield pid
    for children in (PROC / str(pid) / "task").glob("*/children"):
        try:
            found = children.read_text(encoding="utf-8").split()
        except OSError:
            continue  # the process has ended meanwhile
        for child in found:
            yield from _descendants(int(child))


def _resident(pid: int) -> float | None:
    try:
        lines = (PROC / str(pid) / "status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    found = next((line.split()[1] for line in lines if line.startswith("VmRSS:")), None)
    return None if found is None else int(found) / KILOBYTES_PER_MEGABYTE


def _group(pid: int) -> str:
    try:
        command = (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return WORKERS
    return AWS if "local/ministack" in command else WORKERS
