"""`python -m local` as a process: what it says, and that nothing of it is left behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from local.stack.ports import reserve
from local.stack.settings import PORTS, REPOSITORY
from tests.stack import eventually

pytestmark = pytest.mark.stack

Run = subprocess.Popen[str]


def free_ports() -> dict[str, str]:
    """A free port for every service, as environment variables."""
    return {variable: str(reserve(service, 0)) for service, (variable, _) in PORTS.items()}


@contextmanager
def started(environment: dict[str, str]) -> Iterator[Run]:
    with subprocess.Popen(
        [sys.executable, "-m", "local"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, **environment, "COLUMNS": "200"},
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def listens(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


def read_until(run: Run, pattern: str) -> str:
    assert run.stdout is not None
    output = ""
    for line in run.stdout:
        output += line
        if re.search(pattern, line):
            return output
    pytest.fail(f"{pattern!r} never came, exit {run.wait(5)}:\n{output}")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_it_nothing_is_left(how: signal.Signals) -> None:
    ports = free_ports()
    with started(ports) as run:
        read_until(run, "Ctrl-C stops")
        health = requests.get(f"http://127.0.0.1:{ports['PORTAL_PORT']}/api/health", timeout=20)
        assert health.status_code == 200
        folder = temporary_folder(run.pid)
        assert folder.exists()
        run.send_signal(how)
        code = run.wait(20)
        assert code == (-signal.SIGKILL if how == signal.SIGKILL else 0)
    # Killed, it cannot clean up itself: the guard needs a moment to notice.
    eventually(lambda: not any(listens(port) for port in ports.values()))
    eventually(lambda: not folder.exists())


def temporary_folder(pid: int) -> Path:
    (folder,) = (REPOSITORY / ".local" / "tmp").glob(f"run-{pid}-*")
    return folder


def test_a_taken_port_is_one_line_that_says_how_to_move_it() -> None:
    ports = free_ports()
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(ports["WHMCS_PORT"])))
        other.listen()
        with started(ports) as run:
            output, _ = run.communicate(timeout=60)
    assert run.returncode == 1
    message = f"error: port {ports['WHMCS_PORT']} (whmcs) is taken"
    assert output.startswith(message)
    assert "WHMCS_PORT=<port>" in output
    assert "Traceback" not in output


def test_a_replaced_upstream_starts_no_emulator_and_ctrl_c_ends_the_rest() -> None:
    ports = free_ports()
    with started({**ports, "SENDGRID_API_URL": "http://127.0.0.1:9"}) as run:
        output = read_until(run, "Ctrl-C stops")
        assert re.search(r"SendGrid .*replaced by the environment", output)
        assert not listens(ports["SENDGRID_PORT"])
        run.send_signal(signal.SIGINT)
        read_until(run, "^stopping$")
        assert run.wait(20) == 0
    assert not any(listens(port) for port in ports.values())
