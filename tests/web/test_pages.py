"""Pages in a real Chromium: the customers', a journey on the stack, and the operator's screens."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from local.context import StackContext
from local.stack.settings import HOST, REPOSITORY

WEB = REPOSITORY / "web"
PATIENCE = 1800
"""Seconds after which the browser is ended; on two free cores the tests take under 240."""


@pytest.fixture(scope="module")
def built() -> Path:
    """The folder of the site as it is delivered."""
    folder = WEB / "dist"
    if not (folder / "index.html").exists():
        pytest.fail("The pages are not built: run `make web-test`, or `make web-build` first.")
    return folder


@pytest.mark.usefixtures("built")
def test_pages_in_a_browser(stack: StackContext) -> None:
    """All page tests; their report is the output of this test."""
    _run("pages", stack)


@pytest.mark.usefixtures("built")
def test_operators_screens_in_a_browser(stack: StackContext) -> None:
    """The Salesforce components: each state with faked Apex, and presses on the stack."""
    _run("operator", stack)


def _run(script: str, stack: StackContext) -> None:
    assert stack.salesforce_url is not None
    assert stack.whmcs_url is not None
    environment = {
        **os.environ,
        "PORTAL_URL": stack.front_url,
        "SALESFORCE_URL": stack.salesforce_url,
        "WHMCS_URL": stack.whmcs_url,
        "WEB_PORT": str(_free_port()),
    }
    outcome = subprocess.run(  # noqa: S603  # our own command line
        [WEB / "npm", "run", "--silent", script],
        cwd=WEB,
        env=environment,
        timeout=PATIENCE,
        check=False,
    )
    assert outcome.returncode == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
