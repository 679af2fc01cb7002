"""The guarded command never outlives whoever started it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TREE = """
import os, signal, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
print(os.getpid(), child.pid, flush=True)
signal.pause()
"""
"""A command with a child of its own, like ministack with a Lambda."""

Guard = subprocess.Popen[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    (folder / "left over").touch()
    return folder


@pytest.fixture
def guard(folder: Path) -> Iterator[Guard]:
    command = [sys.executable, "-m", "local.guard", str(folder), sys.executable, "-c", TREE]
    with subprocess.Popen(  # noqa: S603  # our own command line
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        # Its end is the command's too; killing it would leave that behind.
        process.terminate()


def processes(guard: Guard) -> list[int]:
    assert guard.stdout is not None
    return [int(pid) for pid in guard.stdout.readline().split()]


def ends(pid: int, *, within: float = 10.0) -> bool:
    """Whether the process comes to its end in so many seconds; a killed one needs a moment."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], within)[0])
    finally:
        os.close(process)


@pytest.mark.parametrize("how", ["starter died", "terminated"])
def test_command_and_its_children_end_and_the_folder_goes(
    guard: Guard, folder: Path, how: str
) -> None:
    running = processes(guard)
    assert len(running) == 2
    if how == "terminated":
        guard.send_signal(signal.SIGTERM)
    else:
        assert guard.stdin is not None
        guard.stdin.close()
    guard.wait(15)
    assert [ends(pid) for pid in running] == [True, True]
    assert not folder.exists()


def test_ctrl_c_in_the_terminal_is_left_to_the_starter(guard: Guard) -> None:
    command, _ = processes(guard)
    guard.send_signal(signal.SIGINT)
    assert not ends(command, within=0)
    assert guard.poll() is None


def test_the_commands_own_end_is_the_guards() -> None:
    command = [sys.executable, "-m", "local.guard", "no-folder", sys.executable, "-c", "exit(3)"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as guard:  # noqa: S603  # our own command line
        assert guard.wait(15) == 3
