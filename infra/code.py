"""Code assets: each area's functions, the own-code layer and the wheels' layer."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.components.service_function import ARCHITECTURE, RUNTIME
from infra.paths import OWN_LAYER, REPOSITORY

BYTECODE = ("__pycache__", "*.pyc")


def area_code(area: str) -> lambda_.Code:
    """The repository restricted to one area, with its prefix kept.

    The prefix matters: were `functions/` itself the root, `functions/email` would shadow the
    standard library's `email`. One asset per area, so that a change in one leaves the others be.
    """
    return lambda_.Code.from_asset(
        str(REPOSITORY),
        ignore_mode=cdk.IgnoreMode.GIT,
        exclude=[
            "/*",
            "!/functions",
            "/functions/*",
            "!/functions/__init__.py",
            f"!/functions/{area}",
            *BYTECODE,
        ],
    )


def create_layers(
    scope: Construct, *, name: str, wheels: Path
) -> tuple[lambda_.LayerVersion, lambda_.LayerVersion]:
    """The layer of wheels (a folder that holds `python/`) and the layer of own code.

    Two, because own code changes daily and the wheels weigh a hundred times more.
    """
    own = lambda_.Code.from_asset(
        str(OWN_LAYER),
        ignore_mode=cdk.IgnoreMode.GIT,
        exclude=["/*", "!/python", *BYTECODE],
    )
    return (
        _layer(scope, "WheelsLayer", name=f"{name}-wheels", code=_folder(wheels)),
        _layer(scope, "OwnLayer", name=f"{name}-own", code=own),
    )


def _folder(path: Path) -> lambda_.Code:
    return lambda_.Code.from_asset(str(path), exclude=list(BYTECODE))


def _layer(scope: Construct, id_: str, *, name: str, code: lambda_.Code) -> lambda_.LayerVersion:
    return lambda_.LayerVersion(
        scope,
        id_,
        layer_version_name=name,
        code=code,
        compatible_runtimes=[RUNTIME],
        compatible_architectures=[ARCHITECTURE],
    )
