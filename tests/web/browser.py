"""The browser tests of `web/`, as processes."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Mapping

import pytest

from local.stack.settings import HOST, REPOSITORY

WEB = REPOSITORY / "web"
PATIENCE = 1800
"""Seconds after which a browser is ended; on two free cores all tests take under 150."""


def passes(script: str, environment: Mapping[str, str]) -> bool:
    """Run a script of `web/package.json` with built pages. Returns whether all its tests passed."""
    if not (WEB / "dist" / "index.html").exists():
        pytest.fail("The pages are not built: run `make web-test`, or `make web-build` first.")
    run = subprocess.run(  # noqa: S603  # our own command line
        [WEB / "npm", "run", "--silent", script],
        cwd=WEB,
        env={**os.environ, **environment, "WEB_PORT": str(_free_port())},
        timeout=PATIENCE,
        check=False,
    )
    return run.returncode == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
