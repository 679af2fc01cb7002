"""Builds the CDK app of one stage. Imports aws_cdk: `infra.node` must have run before."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from infra.config import Config
from infra.stacks.portal import PortalStack


def build_app(
    config: Config, *, outdir: Path, context: Mapping[str, Any], check: bool = True
) -> tuple[cdk.App, PortalStack]:
    """The app with its one stack; `check` makes `synth()` fail on any cdk-nag finding."""
    app = cdk.App(outdir=str(outdir), context=dict(context), analytics_reporting=False)
    if check:
        cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    stack = PortalStack(app, stack_name(config), config=config)
    return app, stack


def stack_name(config: Config) -> str:
    """The CloudFormation stack's name, also that of its template in `cdk.out`."""
    return f"Portal-{config.stage}"
