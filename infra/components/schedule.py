"""Schedules that invoke a Lambda."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct


def run_every(
    scope: Construct, id_: str, *, name: str, function: lambda_.IFunction, minutes: int
) -> events.Rule:
    """Invoke `function` every so many minutes. A missed run is dropped when the next is due."""
    return events.Rule(
        scope,
        id_,
        rule_name=name,
        schedule=events.Schedule.rate(cdk.Duration.minutes(minutes)),
        targets=[
            targets.LambdaFunction(
                function, max_event_age=cdk.Duration.minutes(minutes), retry_attempts=2
            )
        ],
    )
