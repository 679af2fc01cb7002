"""What happens to a resource that holds data when its stack, or the resource, is deleted."""

from __future__ import annotations

from dataclasses import dataclass

import aws_cdk as cdk


@dataclass(frozen=True, kw_only=True)
class Retention:
    """`retain`: the resource outlives its stack. `protect`: it refuses to be deleted by anybody."""

    retain: bool
    protect: bool


def removal_policy(*, retain: bool) -> cdk.RemovalPolicy:
    """Keep the resource when it is deleted from or replaced in a deployed stack, or never.

    A creation that fails always cleans up: resources with fixed names that stayed behind would
    block the next attempt (CloudFormation user guide, DeletionPolicy `RetainExceptOnCreate`).
    """
    if retain:
        return cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
    return cdk.RemovalPolicy.DESTROY
