"""`python -m infra.cdk_cli`: install the CDK command line, unless it is there already."""

from __future__ import annotations

import sys

from infra.cdk_cli import InstallError, installed
from infra.node import NodeError

if __name__ == "__main__":
    try:
        installed()
    except (InstallError, NodeError) as error:
        sys.exit(f"error: {error}")
