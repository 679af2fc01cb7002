"""A machine with Python only can synthesise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from infra.node import use_bundled_node


def test_the_bundled_node_is_chosen_and_exists() -> None:
    environ: dict[str, str] = {}
    use_bundled_node(environ)
    assert Path(environ["JSII_NODE"]).is_file()


def test_a_node_that_somebody_chose_stays() -> None:
    environ = {"JSII_NODE": "/opt/node"}
    use_bundled_node(environ)
    assert environ == {"JSII_NODE": "/opt/node"}


def test_what_others_import_does_not_start_node() -> None:
    """The table, the configuration and the entry point load without aws_cdk."""
    script = (
        "import sys, infra.app, infra.iam_actions, infra.endpoints, infra.layers\n"
        "import infra.environment, infra.alarms, infra.queues, infra.deploy, infra.secret_fields\n"
        "sys.exit('aws_cdk' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", script], check=False)  # noqa: S603  # our own
    assert result.returncode == 0
