"""One installation and one process per handler for all kill tests; how many cases there were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.kill.counting import Tally
from tests.integration.kill.installation import Installation, installed, log_of
from tests.integration.kill.process import Handler, serving

TALLY = pytest.StashKey[Tally]()
WORKER = "functions.provision.worker"


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    """AWS and the vendors."""
    with installed() as running:
        yield running


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the handlers' processes write."""
    return tmp_path_factory.mktemp("handlers")


@pytest.fixture(scope="session")
def worker(installation: Installation, logs: Path) -> Iterator[Handler]:
    """The provision queue's consumer."""
    with serving(WORKER, installation.environment(), log_of(logs, WORKER)) as handler:
        yield handler


@pytest.fixture
def cases(request: pytest.FixtureRequest, subtests: pytest.Subtests) -> Tally:
    """Counts and names sub-cases."""
    tally = request.config.stash.setdefault(TALLY, Tally())
    tally.subtests = subtests
    return tally


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say how many cases were tried."""
    tally = config.stash.get(TALLY, None)
    if tally is not None:
        terminalreporter.write_line(tally.summary())
