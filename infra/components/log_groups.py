"""Log groups with a retention, because Lambda's and the gateway's own ones keep logs forever."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.components.retention import removal_policy

RETENTION = {
    1: logs.RetentionDays.ONE_DAY,
    3: logs.RetentionDays.THREE_DAYS,
    5: logs.RetentionDays.FIVE_DAYS,
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    60: logs.RetentionDays.TWO_MONTHS,
    90: logs.RetentionDays.THREE_MONTHS,
    120: logs.RetentionDays.FOUR_MONTHS,
    150: logs.RetentionDays.FIVE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
    400: logs.RetentionDays.THIRTEEN_MONTHS,
    545: logs.RetentionDays.EIGHTEEN_MONTHS,
    731: logs.RetentionDays.TWO_YEARS,
}


@dataclass(frozen=True, kw_only=True)
class LogKeeping:
    """The retention of logs in days (a key of `RETENTION`), and whether they outlive the stack."""

    days: int
    retain: bool


def create_log_group(
    scope: Construct, id_: str, *, name: str, keeping: LogKeeping
) -> logs.LogGroup:
    """Create one log group."""
    return logs.LogGroup(
        scope,
        id_,
        log_group_name=name,
        retention=RETENTION[keeping.days],
        removal_policy=removal_policy(retain=keeping.retain),
    )
