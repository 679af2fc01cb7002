"""Independent installations side by side, so that two cores have something to do."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.integration.kill.installation import Installation, aws_running, installed
from tests.integration.kill.process import Handler, serving

ACCOUNTS = ("333344445551", "333344445552", "333344445553", "333344445554")


class Starter(Protocol):
    """Starts a handler's process, once per copy."""

    def __call__(self, module: str, copy: int = 1, **environment: str) -> Handler:
        """The process of a module's handler; `environment` wins over the installation's."""
        ...


@dataclass(frozen=True)
class Lane:
    """One installation with the processes of its handlers, started on first use."""

    installation: Installation
    start: Starter

    @property
    def worker(self) -> Handler:
        """The provision queue's consumer."""
        return self.start("functions.provision.worker")


Case = tuple[str, Callable[[Lane], None]]


@contextmanager
def lanes_running(logs: Path) -> Iterator[list[Lane]]:
    """All lanes, in one ministack."""
    with ExitStack() as stack:
        aws = stack.enter_context(aws_running())
        lanes = []
        for account in ACCOUNTS:
            installation = stack.enter_context(installed(aws, account))
            lanes.append(Lane(installation, _starter(stack, installation, logs)))
        yield lanes


def _starter(stack: ExitStack, installation: Installation, logs: Path) -> Starter:
    started: dict[tuple[str, int, str], Handler] = {}

    def start(module: str, copy: int = 1, **environment: str) -> Handler:
        key = (module, copy, str(sorted(environment.items())))
        if key not in started:
            log = logs / f"{installation.account}-{module}-{len(started)}.log"
            started[key] = stack.enter_context(
                serving(module, installation.environment(**environment), log)
            )
        return started[key]

    return start


def spread(lanes: list[Lane], cases: Iterable[Case]) -> Iterator[tuple[str, Exception | None]]:
    """Run every case on a free lane; names and failures, in the order of the cases."""
    free: queue.Queue[Lane] = queue.Queue()
    for lane in lanes:
        free.put(lane)

    def run(case: Callable[[Lane], None]) -> Exception | None:
        lane = free.get()
        try:
            case(lane)
        except Exception as error:  # noqa: BLE001  # handed on to the case's own report
            return error
        finally:
            free.put(lane)
        return None

    with ThreadPoolExecutor(len(lanes)) as pool:
        running = [(name, pool.submit(run, case)) for name, case in cases]
        for name, future in running:
            yield name, future.result()
