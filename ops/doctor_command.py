"""The command `ops doctor`, which makes checks and prints the report."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from ops.doctor import report, write_probes
from ops.doctor.checks import CHECKS, SYSTEMS
from ops.doctor.examination import examine, exit_code
from ops.doctor.installation import Installation
from ops.doctor.model import Check
from ops.errors import OpsError

USAGE = 2


def chosen(systems: Sequence[str] | None) -> tuple[Check, ...]:
    """Return the checks of the named systems, or all. Raises OpsError for an unknown name."""
    for system in systems or ():
        if system not in SYSTEMS:
            raise OpsError(
                f"There is no system {system}: use {', '.join(SYSTEMS)}.", exit_code=USAGE
            )
    return tuple(check for check in CHECKS if not systems or check.system in systems)


def probes(client_id: int | None, systems: Sequence[str] | None) -> tuple[Check, ...]:
    """Return the write probes of the named systems."""
    found = write_probes.probes(client_id=client_id)
    return tuple(check for check in found if not systems or check.system in systems)


def question(client_id: int | None) -> str:
    """Return the question that an operator must confirm."""
    order = (
        f"place an order for WHMCS client {client_id}, read it back, cancel and delete it"
        if client_id is not None
        else "place no order in WHMCS (no --probe-client)"
    )
    return (
        "Write an order into Salesforce and roll it back, have a mail checked without sending it, "
        f"and {order}?"
    )


def run(
    checks: Sequence[Check], installation: Installation, console: Console, *, as_json: bool
) -> int:
    """Make the checks, print the findings and return the exit code."""
    lines = []
    for line in examine(checks, installation):
        lines.append(line)
        if not as_json:
            report.show(line, console)
    if as_json:
        console.print(report.as_json(installation.stage, lines), soft_wrap=True)
    else:
        console.print(report.summary(lines), soft_wrap=True)
    return exit_code(lines)
