"""Where a process can be killed, found out from a run in which nothing happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tests.integration.kill.calls import Call
from tests.integration.kill.installation import Installation

Phase = Literal["before", "after"]


@dataclass(frozen=True)
class Held:
    """The `skip`-th (from 0) call of an operation, held by its emulator."""

    emulator: str
    operation: str
    skip: int


@dataclass(frozen=True)
class Point:
    """One moment: `number` is the call's, `held` says that the other side waits meanwhile."""

    name: str
    number: int
    phase: Phase
    held: Held | None = None


def points(
    calls: Sequence[Call], installation: Installation, *, departures: bool = True
) -> Iterator[Point]:
    """Two or three moments per call, in the order of the calls.

    AWS: before it leaves (left out without `departures`: what is stored is the same as after the
    answer before), after its answer. Vendors: received but not committed, committed but not
    answered, answered but not yet recorded on our side.
    """
    names = vendor_calls(calls, installation)
    for call in calls:
        held = names.get(call.number)
        label = f"{call.number:02d} {call.step or 'start'}: {_label(call, held)}"
        if held is None and departures:
            yield Point(f"{label}, before it leaves", call.number, "before")
        if held is not None:
            yield Point(f"{label}, received", call.number, "before", held)
            yield Point(f"{label}, committed", call.number, "after", held)
        yield Point(f"{label}, answered", call.number, "after")


def vendor_calls(calls: Sequence[Call], installation: Installation) -> dict[int, Held]:
    """What the vendors' calls were, by number: the k-th on a port is the k-th in its journal."""
    found: dict[int, Held] = {}
    for name, url in installation.urls.items():
        port = int(url.rpartition(":")[2])
        mine = [call.number for call in calls if call.port == port]
        journal = installation.emulators[name].journal.calls()
        assert len(mine) == len(journal), f"{name} saw other calls than were made"
        seen: Counter[str] = Counter()
        for number, entry in zip(mine, journal, strict=True):
            found[number] = Held(name, entry.operation, seen[entry.operation])
            seen[entry.operation] += 1
    return found


def _label(call: Call, held: Held | None) -> str:
    if held is None:
        return call.name
    again = f" #{held.skip + 1}" if held.skip else ""
    return f"{held.emulator} {held.operation}{again}"
