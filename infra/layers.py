"""Builds the layer of third-party wheels without Docker.

    python -m infra.layers --target lambda    wheels for Lambda: arm64, Python 3.13
    python -m infra.layers --target host      wheels for this machine, for the local stack

The versions are those of uv.lock. A layer that was built from the same versions is kept. The layer
for Lambda is compiled if this machine has a Python of the runtime's minor version. The one for this
machine is not compiled, because its interpreter can write bytecode itself.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.bytecode import LAMBDA_PYTHON, LAYER_ROOT, BytecodeError, Compiler, find_compiler, said
from infra.paths import LAYERS, REPOSITORY

LAMBDA_PLATFORM = "aarch64-manylinux2014"
# Lambda's limit for a function and all of its layers, unpacked.
MAX_BYTES = 250 * 1024 * 1024
BUILD_VERSION = "2"  # raise it when the build itself changes
EXPORT = (
    "export",
    "--quiet",
    "--frozen",
    "--package=portal",
    "--no-dev",
    "--no-emit-workspace",
    "--no-annotate",
    "--no-header",
)

Run = Callable[[Sequence[str]], str]


class LayerError(Exception):
    """The layer cannot be built."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """The platform and the Python version of the wheels."""

    name: str
    install_options: tuple[str, ...]
    compiler: Compiler | None = None

    @property
    def fingerprint(self) -> str:
        """A text that changes when the same requirements would give other files."""
        compiled_by = self.compiler.version if self.compiler else "-"
        return "|".join((BUILD_VERSION, self.name, *self.install_options, compiled_by))


def lambda_target() -> Target:
    """Return the target for Lambda. Raises BytecodeError (`find_compiler`)."""
    options = ("--python-platform", LAMBDA_PLATFORM, "--python-version", LAMBDA_PYTHON)
    return Target(name="lambda", install_options=options, compiler=find_compiler(os.environ))


def host_target() -> Target:
    """Return the target for the interpreter that runs this module."""
    return Target(name="host", install_options=("--python", sys.executable))


def build(target: Target, *, directory: Path = LAYERS, run: Run | None = None) -> bool:
    """Build `<directory>/<target>/python`. Returns False when the layer is up to date.

    Raises LayerError when uv fails or the layer is too big for Lambda, and BytecodeError when
    nothing could be compiled. A failed build keeps the previous layer.
    """
    run = run or _uv
    requirements = run(EXPORT)
    digest = hashlib.sha256(f"{target.fingerprint}\n{requirements}".encode()).hexdigest()
    layer, stamp = directory / target.name, directory / f"{target.name}.sha256"
    if layer.is_dir() and stamp.is_file() and stamp.read_text(encoding="utf-8") == digest:
        return False
    fresh = directory / f"{target.name}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    wheels = fresh / "python"
    wheels.mkdir(parents=True)
    listing = directory / f"{target.name}.txt"
    listing.write_text(requirements, encoding="utf-8")
    install = ("pip", "install", "--quiet", "--target", str(wheels), "--only-binary", ":all:")
    run((*install, *target.install_options, "--requirements", str(listing)))
    prune(wheels)
    if target.compiler is not None:
        target.compiler.compile(fresh, root=LAYER_ROOT)
    _check_size(fresh)
    shutil.rmtree(layer, ignore_errors=True)
    fresh.rename(layer)
    stamp.write_text(digest, encoding="utf-8")
    return True


def prune(wheels: Path) -> None:
    """Remove files that no handler imports, and those that would differ between builds.

    Distribution metadata is kept, because some packages read their version from it.
    """
    doomed = [
        wheels / "bin",  # scripts that carry the building machine's interpreter path
        wheels / ".lock",
        *wheels.rglob("__pycache__"),
        *wheels.glob("*/tests"),
        *wheels.glob("*.dist-info/uv_cache.json"),
    ]
    for path in doomed:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def size_of(directory: Path) -> int:
    """Return the size of all files below a folder, in bytes."""
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def _check_size(directory: Path) -> None:
    size = size_of(directory)
    if size > MAX_BYTES:
        msg = f"the layer unpacks to {size} bytes; Lambda takes {MAX_BYTES} with the function"
        raise LayerError(msg)


def _uv(arguments: Sequence[str]) -> str:
    # `uv run` says where uv is; a checkout keeps its own in .tools.
    own = shutil.which("uv", path=str(REPOSITORY / ".tools" / "bin"))
    executable = os.environ.get("UV") or shutil.which("uv") or own
    if executable is None:
        msg = "uv is not installed: run `make setup`, or `pip install uv`"
        raise LayerError(msg)
    result = subprocess.run(  # noqa: S603  # our own arguments, no shell
        [executable, *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        msg = f"uv {arguments[0]} failed:\n{result.stderr.strip()}"
        raise LayerError(msg)
    return result.stdout


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the layer that the command line names. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m infra.layers", description=__doc__)
    targets = {"lambda": lambda_target, "host": host_target}
    parser.add_argument("--target", choices=sorted(targets), required=True)
    wanted = parser.parse_args(arguments).target
    try:
        chosen = targets[wanted]()
        built = build(chosen)
    except (LayerError, BytecodeError) as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201  # a command talks to its user
        return 1
    layer = LAYERS / chosen.name
    megabytes = size_of(layer) / 1024 / 1024
    state = "built" if built else "unchanged"
    print(f"{layer.relative_to(REPOSITORY)}: {state}, {megabytes:.0f} MB")  # noqa: T201  # as above
    if chosen.name == "lambda":
        print(said(chosen.compiler))  # noqa: T201  # as above
    return 0


if __name__ == "__main__":
    sys.exit(main())
