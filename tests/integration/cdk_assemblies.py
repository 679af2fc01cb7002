"""Synthesises the assemblies of a stage's first deployment and of all others.

    python -m tests.integration.cdk_assemblies FOLDER

Writes FOLDER/false (nothing is protected yet) and FOLDER/true. The environment has the stage's
configuration. One process makes both, because loading the CDK takes three times as long as one
synthesis.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from infra import app

PROTECTIONS = ("false", "true")


def main(folder: Path) -> int:
    """Write both assemblies, each as the CDK command line would have asked for it."""
    for protect in PROTECTIONS:
        os.environ["CDK_OUTDIR"] = str(folder / protect)
        os.environ["CDK_CONTEXT_JSON"] = json.dumps({app.PROTECT: protect})
        status = app.main()
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
