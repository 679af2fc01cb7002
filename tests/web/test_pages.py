"""Pages in a real Chromium: the customers', a journey on the stack, and the operator's screens."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from local.context import StackContext
from local.stack.settings import HOST, REPOSITORY

WEB = REPOSITORY / "web"
PATIENCE = 1800
"""Seconds after which a browser is ended; on two free cores all tests take under 150."""


@pytest.fixture(scope="module", autouse=True)
def faked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[bytes]]:
    """The tests with a faked API: they need no stack, and run while it starts."""
    if not (WEB / "dist" / "index.html").exists():
        pytest.fail("The pages are not built: run `make web-test`, or `make web-build` first.")
    report = tmp_path_factory.mktemp("web") / "report.txt"
    with report.open("wb") as output, _started("pages", {}, output.fileno()) as run:
        yield run
        run.terminate()
    sys.stdout.write(report.read_text())


def test_journeys_and_operators_screens(stack: StackContext) -> None:
    """From sign-up to the eSIM, and the Salesforce components with faked Apex and on the stack."""
    assert stack.salesforce_url is not None
    assert stack.whmcs_url is not None
    environment = {
        "PORTAL_URL": stack.front_url,
        "SALESFORCE_URL": stack.salesforce_url,
        "WHMCS_URL": stack.whmcs_url,
    }
    with _started("stack", environment, None) as run:
        assert run.wait(PATIENCE) == 0


def test_each_state_of_the_pages(faked: subprocess.Popen[bytes]) -> None:
    """The report is printed at the end."""
    assert faked.wait(PATIENCE) == 0


def _started(
    script: str, environment: dict[str, str], output: int | None
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  # our own command line
        [WEB / "npm", "run", "--silent", script],
        cwd=WEB,
        env={**os.environ, **environment, "WEB_PORT": str(_free_port())},
        stdout=output,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
