"""Imports modules in a fresh interpreter and tells what that did besides defining things.

`python -m tests.unit.cold_start_probe <module>…` prints JSON: a list of `Seen` as dictionaries.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

OURS = ("portal.", "functions.", "tests.")
WHOLE_ENVIRONMENT = "*"


@dataclass
class Seen:
    """What importing one module did; modules are those that it was the first to load."""

    module: str
    loaded: list[str] = field(default_factory=list)
    environment: list[str] = field(default_factory=list)
    sockets: list[str] = field(default_factory=list)
    frozen: list[str] = field(default_factory=list)


class _Environment(MutableMapping[str, str]):
    """The environment, with a list of the names that were asked for."""

    def __init__(self, real: MutableMapping[str, str]) -> None:
        self._real = real
        self.asked: list[str] = []

    def __getitem__(self, name: str) -> str:
        self.asked.append(name)
        return self._real[name]

    def __setitem__(self, name: str, value: str) -> None:
        self._real[name] = value

    def __delitem__(self, name: str) -> None:
        del self._real[name]

    def __iter__(self) -> Iterator[str]:
        self.asked.append(WHOLE_ENVIRONMENT)
        return iter(self._real)

    def __len__(self) -> int:
        return len(self._real)


def probe(modules: Sequence[str]) -> list[Seen]:
    """Import them one after the other. Only for a process that ends afterwards."""
    environment = _Environment(os.environ)
    os.environ = environment  # type: ignore[assignment]  # noqa: B003  # os.getenv must see it too
    sockets: list[str] = []
    frozen: list[str] = []
    sys.addaudithook(
        lambda event, _: sockets.append(event) if event.startswith("socket.") else None
    )
    for holder, name in ((time, "time"), (time, "monotonic"), (uuid, "uuid4")):
        setattr(holder, name, _noting(frozen, f"{holder.__name__}.{name}", getattr(holder, name)))
    found = []
    for module in modules:
        before = set(sys.modules)
        importlib.import_module(module)
        loaded = sorted(set(sys.modules) - before)
        found.append(Seen(module, loaded, [*environment.asked], [*sockets], [*frozen]))
        for seen in (environment.asked, sockets, frozen):
            seen.clear()
    return found


def _noting(calls: list[str], name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    """The function, noting calls by our own modules: a snapshot would freeze their results."""

    def noted(*args: Any, **kwargs: Any) -> Any:
        caller = sys._getframe(1).f_globals.get("__name__", "")
        if caller.startswith(OURS):
            calls.append(f"{name} in {caller}")
        return real(*args, **kwargs)

    return noted


def in_fresh_process(modules: Sequence[str]) -> list[Seen]:
    """The same in an interpreter of its own, with an empty environment."""
    command = [sys.executable, "-m", __name__, *modules]
    done = subprocess.run(  # noqa: S603  # our own arguments, no shell
        command, env={}, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, f"an import failed without an environment:\n{done.stderr}"
    return [Seen(**seen) for seen in json.loads(done.stdout)]


if __name__ == "__main__":
    print(json.dumps([asdict(seen) for seen in probe(sys.argv[1:])]))  # noqa: T201  # its answer
