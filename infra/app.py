"""Entry of the CDK app: `python -m infra.app` writes `cdk.out` for the stage in `STAGE`.

The CDK command line runs the same module; what it passes with `-c stage=…` and `--output` is
honoured.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.config import Config, ConfigurationError, load_config
from infra.node import use_bundled_node
from infra.paths import OUTPUT, REPOSITORY


def main() -> int:
    """Synthesise; returns the process's exit status."""
    try:
        config = load_config(os.environ, stage=_stage_from_command_line(os.environ))
        _require_layer(config)
    except ConfigurationError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201  # a command talks to its user
        return 2
    use_bundled_node()
    # Only now: importing aws_cdk starts the Node.js process that the line above chose.
    from infra.synth import build_app  # noqa: PLC0415

    outdir = Path(os.environ.get("CDK_OUTDIR") or OUTPUT)
    app, _ = build_app(config, outdir=outdir, context=project_context())
    app.synth()
    return 0


def project_context() -> dict[str, Any]:
    """The context of cdk.json, which only the CDK command line would read by itself.

    Without it every feature flag is off.
    """
    settings = json.loads((REPOSITORY / "cdk.json").read_text(encoding="utf-8"))
    context: dict[str, Any] = settings["context"]
    return context


def _stage_from_command_line(environ: Mapping[str, str]) -> str:
    context = json.loads(environ.get("CDK_CONTEXT_JSON") or "{}")
    return str(context.get("stage", ""))


def _require_layer(config: Config) -> None:
    if not config.layer_path.is_dir():
        msg = (
            f"LAYER_PATH {config.layer_path} does not exist: "
            "build it with `python -m infra.layers --target lambda`"
        )
        raise ConfigurationError(msg)


if __name__ == "__main__":
    sys.exit(main())
