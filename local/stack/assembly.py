"""Deploys a cloud assembly: every stack of `cdk.out` in the order of their dependencies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.stack import assets, deploy, fixups
from local.stack.ministack import Ministack


@dataclass(frozen=True)
class Deployed:
    """The result of a deploy: `outputs` and `ids` (logical → physical) of all stacks together, and
    `variables`, the merged environments of all Lambdas."""

    outputs: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)


def stacks(assembly: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and asset manifest of every stack, each after the stacks that it depends on."""
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    done: set[str] = set()

    def visit(name: str) -> Iterator[tuple[str, Path]]:
        if name in done or name not in artifacts:
            return
        done.add(name)
        artifact = artifacts[name]
        for dependency in artifact.get("dependencies", []):
            yield from visit(dependency)
        if artifact["type"] == "aws:cloudformation:stack":
            manifest = assembly / f"{name}.assets.json"
            yield artifact["properties"].get("stackName", name), manifest

    for name in artifacts:
        yield from visit(name)


def deploy_assembly(
    ministack: Ministack,
    assembly: Path,
    *,
    environment: Mapping[str, str],
    front_port: int,
    cache: Path,
) -> Deployed:
    """Upload the assets and deploy every stack, with the fix-ups, to a new ministack."""
    found = [
        (
            name,
            fixups.apply(assets.template_of(manifest), environment, front_port=front_port),
            manifest,
        )
        for name, manifest in stacks(assembly)
    ]
    files = [asset for _, _, manifest in found for asset in assets.read_manifest(manifest)]
    wanted = json.dumps([template for _, template, _ in found])
    assets.bootstrap(ministack, {asset.bucket for asset in files})
    assets.upload(ministack, [asset for asset in files if asset.key in wanted], cache)
    result = Deployed()
    for name, template, _ in found:
        result.outputs.update(deploy.deploy(ministack, template, name=name))
        result.ids.update(deploy.physical_ids(ministack.client("cloudformation"), name))
    result.variables.update(_variables(ministack))
    return result


def _variables(ministack: Ministack) -> dict[str, str]:
    """Return the merged environments of all functions, as CloudFormation resolved them."""
    variables: dict[str, str] = {}
    for page in ministack.client("lambda").get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            variables.update(function.get("Environment", {}).get("Variables", {}))
    return variables
