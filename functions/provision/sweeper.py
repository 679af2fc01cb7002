"""Every five minutes: bring back lost, stuck and due jobs (see portal.engine.sweeper)."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from portal.observability import gauge, logger

from functions.provision.deps import build_sweeper

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(_event: dict[str, Any], _context: LambdaContext) -> dict[str, int]:
    """Lambda entry for the schedule; answers how many jobs were brought back, by reason."""
    swept = build_sweeper().sweep()
    found = asdict(swept)
    gauge("ProvisioningStuck", swept.stuck + swept.unreported)
    gauge("ProvisioningLost", swept.lost)
    logger().info("swept", extra=found)
    return found
