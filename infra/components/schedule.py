"""Schedules that invoke a Lambda."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct


def call_every(
    scope: Construct,
    id_: str,
    *,
    name: str,
    function_arn: str,
    minutes: int,
    event: str,
) -> None:
    """Invoke a function of another stack every so many minutes, with a JSON event.

    Rule and permission belong to `scope`, so that the function's stack does not need it.
    """
    rule = events.CfnRule(
        scope,
        id_,
        name=name,
        schedule_expression=events.Schedule.rate(cdk.Duration.minutes(minutes)).expression_string,
        targets=[
            events.CfnRule.TargetProperty(
                arn=function_arn,
                id="Target",
                input=event,
                # A failed run says enough: the next one comes soon.
                retry_policy=events.CfnRule.RetryPolicyProperty(
                    maximum_event_age_in_seconds=60 * minutes, maximum_retry_attempts=0
                ),
            )
        ],
    )
    lambda_.CfnPermission(
        scope,
        f"{id_}Permission",
        action="lambda:InvokeFunction",
        function_name=function_arn,
        principal="events.amazonaws.com",
        source_arn=rule.attr_arn,
    )


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
