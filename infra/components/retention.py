"""Rules for resources with data when their stack, or the resource itself, is deleted."""

from __future__ import annotations

from dataclasses import dataclass

import aws_cdk as cdk


@dataclass(frozen=True, kw_only=True)
class Retention:
    """With `retain`, the resource outlives its stack. With `protect`, it cannot be deleted."""

    retain: bool
    protect: bool


def removal_policy(*, retain: bool) -> cdk.RemovalPolicy:
    """Return the policy that keeps a deleted or replaced resource if `retain` is set.

    A creation that fails always cleans up, because resources with fixed names that are left behind
    would block the next deployment (CloudFormation user guide, `RetainExceptOnCreate`).
    """
    if retain:
        return cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
    return cdk.RemovalPolicy.DESTROY
