"""The lanes that all kill tests share, and how many cases there were."""

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock

import pytest

from tests.integration.kill.counting import Tally
from tests.integration.kill.lanes import Lane, lanes_running

TALLY = pytest.StashKey[Tally]()


@pytest.fixture(scope="session")
def lanes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Lane]]:
    """Installations side by side.

    Both lanes call adapters in this process. Metrics are printed, and printing from two threads
    into what pytest captures can crash the interpreter (CPython 3.11), so there are none here.
    """
    silent = mock.patch("portal.observability._emit")
    with silent, lanes_running(tmp_path_factory.mktemp("handlers")) as running:
        yield running


@pytest.fixture
def lane(lanes: list[Lane]) -> Lane:
    """One of them, for a test that is one case."""
    return lanes[0]


@pytest.fixture
def tally(request: pytest.FixtureRequest, subtests: pytest.Subtests, lanes: list[Lane]) -> Tally:
    """Runs, counts and names sub-cases."""
    found = request.config.stash.setdefault(TALLY, Tally(lanes))
    found.subtests = subtests
    return found


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say how many cases were tried."""
    tally = config.stash.get(TALLY, None)
    if tally is not None:
        terminalreporter.write_line(tally.summary())
