"""`python -m infra.cdk_cli` installs the CDK command line, unless it is installed already."""

from __future__ import annotations

import sys

from infra.cdk_cli import InstallError, installed
from infra.node import NodeError

if __name__ == "__main__":
    try:
        installed()
    except (InstallError, NodeError) as error:
        sys.exit(f"error: {error}")
