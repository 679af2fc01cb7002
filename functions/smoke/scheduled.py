"""Runs the smoke test every SMOKE_EVERY_MINUTES and counts whether it passed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from portal import correlation
from portal.observability import count, duration, logger
from portal.smoke.run import Smoke

from functions.smoke.deps import build_scheduled

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Lambda entry for the schedule, whose event names the API's address as `apiUrl`."""
    with correlation.bound(uuid.uuid4().hex):
        return measured(build_scheduled().smoke(str(event["apiUrl"])))


def measured(smoke: Smoke) -> dict[str, Any]:
    """Run all steps. Returns whether they passed, and the first one that did not."""
    failed, seconds = "", 0.0
    for result in smoke.run():
        seconds += result.seconds
        if result.passed:
            logger().info(
                "smoke step passed",
                extra={"step": result.step.value, "seconds": result.seconds},
            )
            continue
        failed = failed or result.step.value
        logger().error(
            "smoke step failed",
            extra={
                "step": result.step.value,
                "seconds": result.seconds,
                "found": result.found,
                "remedy": result.remedy,
                "reference": result.reference,
            },
        )
    if failed:
        count("SmokeFailed")
    else:
        count("SmokePassed")
    duration("SmokeDuration", seconds)
    return {"passed": not failed, "failed": failed or None}
