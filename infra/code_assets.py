"""Code assets: the functions of each area, the layer of own code and the layer of wheels."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.bytecode import FUNCTION_ROOT, LAYER_ROOT, Compiler
from infra.components.service_function import ARCHITECTURE, RUNTIME
from infra.paths import OWN_LAYER, REPOSITORY

BYTECODE = shutil.ignore_patterns("__pycache__", "*.pyc")


@dataclass(frozen=True, kw_only=True)
class CodeAssets:
    """Own code, copied below `folder` and compiled there when there is a `compiler`.

    The folder has to exist until the app is built: the CDK copies each asset into its output then.
    """

    folder: Path
    compiler: Compiler | None

    def area(self, area: str) -> lambda_.Code:
        """`functions/__init__.py` and `functions/<area>`, with the prefix kept.

        The prefix is needed: if `functions/` itself were the root, `functions/email` would shadow
        the standard library's `email`. Each area has an asset, so that a change in one does not
        change the others.
        """
        target = self.folder / area
        functions = REPOSITORY / "functions"
        shutil.copytree(functions / area, target / "functions" / area, ignore=BYTECODE)
        shutil.copy(functions / "__init__.py", target / "functions")
        return self._code(target, root=FUNCTION_ROOT)

    def own_layer(self) -> lambda_.Code:
        """The package `portal` below `python/`."""
        target = self.folder / "own-layer"
        shutil.copytree(OWN_LAYER / "python", target / "python", ignore=BYTECODE)
        return self._code(target, root=LAYER_ROOT)

    def _code(self, folder: Path, *, root: str) -> lambda_.Code:
        digest = _digest(folder, self.compiler.version if self.compiler else "")
        if self.compiler is not None:
            self.compiler.compile(folder, root=root)
        # Hashed by the sources, because bytecode may differ from one run to the next.
        return lambda_.Code.from_asset(
            str(folder), asset_hash=digest, asset_hash_type=cdk.AssetHashType.CUSTOM
        )


def _digest(folder: Path, compiler: str) -> str:
    digest = hashlib.sha256(compiler.encode())
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"\0{file.relative_to(folder)}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def create_layers(
    scope: Construct, *, name: str, wheels: Path, assets: CodeAssets
) -> tuple[lambda_.LayerVersion, lambda_.LayerVersion]:
    """Create the layer of wheels (a folder that holds `python/`) and the layer of own code.

    They are two layers, because own code changes daily and the wheels are a hundred times larger.
    """
    return (
        _layer(
            scope,
            "WheelsLayer",
            name=f"{name}-wheels",
            code=lambda_.Code.from_asset(str(wheels)),
        ),
        _layer(scope, "OwnLayer", name=f"{name}-own", code=assets.own_layer()),
    )


def _layer(scope: Construct, id_: str, *, name: str, code: lambda_.Code) -> lambda_.LayerVersion:
    return lambda_.LayerVersion(
        scope,
        id_,
        layer_version_name=name,
        code=code,
        compatible_runtimes=[RUNTIME],
        compatible_architectures=[ARCHITECTURE],
    )
