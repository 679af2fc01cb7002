"""The sweeper, which runs every five minutes and enqueues jobs (see portal.engine.sweeper)."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from portal.observability import gauge, logger
from portal.workflow_kinds import WORKFLOW_KINDS

from functions.provision.deps import build_sweeper

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(_event: dict[str, Any], _context: LambdaContext) -> dict[str, dict[str, int]]:
    """Enqueue lost, stuck and due jobs. Returns their numbers by kind and reason."""
    swept = build_sweeper().sweep()
    for kind in WORKFLOW_KINDS:
        found = swept[kind.name]
        gauge(f"{kind.metrics}Stuck", found.stuck + found.unreported)
        gauge(f"{kind.metrics}Lost", found.lost)
    numbers = {name: asdict(found) for name, found in swept.items()}
    logger().info("swept", extra=numbers)
    return numbers
