"""The CDK app: `python -m infra.app` writes `cdk.out` for the stage in `STAGE`.

The CDK command line runs the same module. The app uses its `--output`, `-c stage=…` and
`-c protect=false`; the last is for a stage's first deployment (`infra/deploy.py`).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from infra.bytecode import BytecodeError, find_compiler, said
from infra.config import Config, ConfigurationError, load_config
from infra.node import use_bundled_node
from infra.paths import OUTPUT, REPOSITORY

PROTECT = "protect"
"""The context value that says whether resources with data are protected from deletion."""


def main() -> int:
    """Synthesise the app. Returns the exit status of the process."""
    try:
        _synthesise(json.loads(os.environ.get("CDK_CONTEXT_JSON") or "{}"))
    except (ConfigurationError, BytecodeError) as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201  # a command talks to its user
        return 2
    return 0


def _synthesise(given: dict[str, Any]) -> None:
    config = load_config(os.environ, stage=str(given.get("stage", "")))
    _require_layer(config)
    compiler = find_compiler(os.environ)
    print(said(compiler), file=sys.stderr)  # noqa: T201  # a command talks to its user
    use_bundled_node()
    # Only now: importing aws_cdk starts the Node.js process that the line above chose.
    from infra.synth import synthesise  # noqa: PLC0415

    synthesise(
        config,
        outdir=Path(os.environ.get("CDK_OUTDIR") or OUTPUT),
        context=project_context(),
        protect=str(given.get(PROTECT, "true")) != "false",
        compiler=compiler,
    )


def project_context() -> dict[str, Any]:
    """Return the context of cdk.json, which only the CDK command line reads by itself.

    Without it every feature flag would be off.
    """
    settings = json.loads((REPOSITORY / "cdk.json").read_text(encoding="utf-8"))
    context: dict[str, Any] = settings["context"]
    return context


def _require_layer(config: Config) -> None:
    if not config.layer_path.is_dir():
        msg = (
            f"LAYER_PATH {config.layer_path} does not exist: "
            "build it with `python -m infra.layers --target lambda`"
        )
        raise ConfigurationError(msg)


if __name__ == "__main__":
    sys.exit(main())
