"""The CDK command line at the version of `package-lock.json` beside this file.

It is a program for Node.js. The bundled npm installs it and the bundled Node.js runs it, so a
machine needs neither.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from infra.node import bundled_node, bundled_npm
from infra.paths import REPOSITORY

LOCK = Path(__file__).parent
FILES = ("package.json", "package-lock.json")
TOOLS = REPOSITORY / ".tools" / "cdk"
SCRIPT = Path("node_modules", "aws-cdk", "bin", "cdk")

Run = Callable[[Sequence[str], Path], None]


class InstallError(Exception):
    """npm did not install the command line; the message ends with npm's own words."""


def installed(directory: Path = TOOLS, run: Run | None = None) -> tuple[str, str]:
    """Return the command of the command line, Node.js and the script. Install it if needed.

    Raises InstallError, and NodeError when there is no Node.js.
    """
    digest = hashlib.sha256(b"".join((LOCK / name).read_bytes() for name in FILES)).hexdigest()
    stamp, script = directory / "installed.sha256", directory / SCRIPT
    if not (script.is_file() and stamp.is_file() and stamp.read_text("utf-8") == digest):
        directory.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            shutil.copy(LOCK / name, directory)
        (run or _npm)(("ci", "--ignore-scripts", "--no-audit", "--no-fund"), directory)
        stamp.write_text(digest, "utf-8")
    return str(bundled_node()), str(script)


def _npm(arguments: Sequence[str], directory: Path) -> None:
    result = subprocess.run(  # noqa: S603  # our own arguments, no shell
        [str(bundled_node()), str(bundled_npm()), *arguments],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        msg = f"npm {arguments[0]} failed:\n{(result.stderr or result.stdout).strip()}"
        raise InstallError(msg)
