"""Compiles code for Lambda, if this machine has an interpreter of the runtime's minor version.

Lambda's folders are read-only, so a function without bytecode compiles all imported modules at
each cold start. Lambda ignores bytecode of another minor version.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

LAMBDA_PYTHON = "3.13"
# Where Lambda unpacks a function's code, and layers.
FUNCTION_ROOT, LAYER_ROOT = "/var/task", "/opt"
NONE_FOUND = (
    f"bytecode: none, because no Python {LAMBDA_PYTHON} was found. Every cold start compiles what "
    "it imports, which nearly doubles its processor time (docs/performance.md). Install Python "
    f"{LAMBDA_PYTHON}, or name one in LAMBDA_INTERPRETER."
)
VERSION_OF = "import sys; print(*sys.version_info[:3], sep='.')"


class BytecodeError(Exception):
    """The named interpreter cannot be used, or nothing could be compiled."""


@dataclass(frozen=True)
class Compiler:
    """An interpreter and its version, such as `3.13.2`."""

    interpreter: Path
    version: str

    def compile(self, folder: Path, *, root: str) -> None:
        """Write bytecode beside every module below `folder`, which Lambda finds at `root`.

        The bytecode is hash-based and unchecked (PEP 552), because Lambda does not keep the times
        of files. A file that cannot be compiled is left out, because some packages ship templates
        of modules. Raises BytecodeError when nothing was compiled at all.
        """
        result = subprocess.run(  # noqa: S603  # our own arguments, no shell
            [
                *(str(self.interpreter), "-I", "-m", "compileall", "-q"),
                *("--invalidation-mode", "unchecked-hash"),
                # Tracebacks name the files as Lambda knows them.
                *("-s", str(folder), "-p", root, str(folder)),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if next(folder.rglob("*.pyc"), None) is None and next(folder.rglob("*.py"), None):
            msg = f"{self.interpreter} compiled nothing: {(result.stdout + result.stderr).strip()}"
            raise BytecodeError(msg)


def find_compiler(environ: Mapping[str, str], *, version: str = LAMBDA_PYTHON) -> Compiler | None:
    """Return the first interpreter of that minor version; None when there is none.

    It tries the one in LAMBDA_INTERPRETER, this one, those on the path, and those of pyenv. Raises
    BytecodeError when the named one has another version or does not run.
    """
    named = environ.get("LAMBDA_INTERPRETER")
    if named:
        found = _version(Path(named))
        if found is None or not _is(found, version):
            msg = f"LAMBDA_INTERPRETER={named} is no Python {version}" + (
                f" but {found}" if found else ": it does not run"
            )
            raise BytecodeError(msg)
        return Compiler(Path(named), found)
    for candidate in _candidates(environ, version):
        found = _version(candidate)
        if found is not None and _is(found, version):
            return Compiler(candidate, found)
    return None


def said(compiler: Compiler | None) -> str:
    """Return a line about the compiler for the build's output."""
    if compiler is None:
        return NONE_FOUND
    return f"bytecode: compiled by Python {compiler.version} ({compiler.interpreter})"


def _is(found: str, version: str) -> bool:
    return found.rpartition(".")[0] == version


def _candidates(environ: Mapping[str, str], version: str) -> Iterator[Path]:
    if _is(".".join(map(str, sys.version_info[:3])), version):
        yield Path(sys.executable)
    on_path = shutil.which(f"python{version}", path=environ.get("PATH"))
    if on_path:
        yield Path(on_path)
    pyenv = Path(environ.get("PYENV_ROOT") or Path(environ.get("HOME", "/")) / ".pyenv")
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"), reverse=True)


def _version(interpreter: Path) -> str | None:
    try:
        result = subprocess.run(  # noqa: S603  # an interpreter of this machine, no shell
            [str(interpreter), "-I", "-c", VERSION_OF],
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return result.stdout.strip() if result.returncode == 0 else None
