"""Builds the CDK app of one stage. Imports aws_cdk: `infra.node` must have run before."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from infra.bytecode import Compiler
from infra.code_assets import CodeAssets
from infra.config import Config
from infra.stacks.api import ApiStack
from infra.stacks.monitoring import MonitoringStack
from infra.stacks.portal import PortalStack
from infra.stacks.web import WebStack


def synthesise(
    config: Config,
    *,
    outdir: Path,
    context: Mapping[str, Any],
    protect: bool = True,
    compiler: Compiler | None = None,
) -> None:
    """Write the cloud assembly of a stage's stacks. It fails on any cdk-nag finding."""
    with tempfile.TemporaryDirectory() as folder:
        app = cdk.App(outdir=str(outdir), context=dict(context), analytics_reporting=False)
        cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
        assets = CodeAssets(folder=Path(folder), compiler=compiler)
        portal = PortalStack(app, config.stack_name, config=config, assets=assets, protect=protect)
        api = ApiStack(
            app,
            config.api_stack_name,
            config=config,
            functions=portal.functions,
            user_pool=portal.state.user_pool,
        )
        api.add_stack_dependency(portal)
        # It depends on the portal's stack, because an alarm on a missing resource would be raised.
        MonitoringStack(app, config.monitoring_stack_name, config=config).add_stack_dependency(
            portal
        )
        if config.web_hosting:
            WebStack(
                app, config.web_stack_name, config=config, rest_api_id=api.rest_api_id
            ).add_stack_dependency(api)
        app.synth()
