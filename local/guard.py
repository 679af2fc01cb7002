"""Runs a command that must not outlive the process that started it.

`python -m local.guard FOLDER COMMAND...` runs the command in a process group of its own until
one of three events: the command ends, the guard gets SIGTERM, or the guard's standard input
closes. The operating system closes it when the starting process ends for any reason. Then the
guard kills the whole group and removes FOLDER (the command's temporary files).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading

GRACE = 8.0
"""Seconds between asking the command to stop and killing its process group."""


def main(arguments: list[str]) -> int:
    """Run until the command ends or must stop. Return the command's exit code."""
    folder, *command = arguments
    started: list[subprocess.Popen[bytes]] = []
    unwanted = threading.Event()

    def stop(*_: object) -> None:
        unwanted.set()
        for process in started:
            if process.poll() is None:
                process.terminate()

    # Set before the command starts, so that an early signal does not leave it running.
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
    """Kill the processes that the command left behind, such as a Lambda during an invocation."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
