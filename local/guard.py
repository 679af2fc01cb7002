"""Runs a command that must not outlive whoever started it.

`python -m local.guard FOLDER COMMAND...` runs the command in a process group of its own until
one of: it ends by itself, the guard gets SIGTERM, or the guard's standard input closes, which
the operating system does when the starting process dies, however it dies. Then the whole group
is ended and FOLDER (the command's temporary files) is removed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading

GRACE = 8.0
"""Seconds between asking the command to stop and killing its group."""


def main(arguments: list[str]) -> int:
    """Run until the command ends or nobody wants it any more; the command's exit code."""
    folder, *command = arguments
    started: list[subprocess.Popen[bytes]] = []
    unwanted = threading.Event()

    def stop(*_: object) -> None:
        unwanted.set()
        for process in started:
            if process.poll() is None:
                process.terminate()

    # Before the command starts: a signal in between must not leave it behind.
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)  # noqa: S603  # the launcher's own command line
    started.append(child)
    if unwanted.is_set():
        stop()

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            continue
        stop()
        try:
            child.wait(GRACE)
        except subprocess.TimeoutExpired:
            child.kill()

    threading.Thread(target=watch, daemon=True).start()
    try:
        return child.wait()
    finally:
        _end_group(child.pid)
        shutil.rmtree(folder, ignore_errors=True)


def _end_group(group: int) -> None:
    """End what the command left running (a Lambda in the middle of an invocation)."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
