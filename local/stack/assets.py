"""Uploads the code and layers that the template refers to, as `cdk deploy` does."""

from __future__ import annotations

import compileall
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Any

from local.stack.ministack import Ministack
from local.stack.settings import ACCOUNT, REGION

BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
BOOTSTRAP_VERSION = "30"
EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Asset:
    """One entry of a cloud assembly's `<stack>.assets.json`."""

    path: Path
    zipped: bool
    bucket: str
    key: str


def read_manifest(manifest: Path) -> list[Asset]:
    """Yield the file assets of a stack, with account and region filled in."""
    return [
        Asset(
            path=manifest.parent / entry["source"]["path"],
            zipped=entry["source"]["packaging"] == "zip",
            bucket=_filled_in(destination["bucketName"]),
            key=_filled_in(destination["objectKey"]),
        )
        for entry in json.loads(manifest.read_text())["files"].values()
        for destination in entry["destinations"].values()
    ]


def _filled_in(text: str) -> str:
    for name, value in {"AccountId": ACCOUNT, "Region": REGION, "Partition": "aws"}.items():
        text = text.replace(f"${{AWS::{name}}}", value)
    return text


def bootstrap(ministack: Ministack, buckets: set[str]) -> None:
    """Create what `cdk bootstrap` creates in an account: the asset buckets and a version."""
    s3 = ministack.client("s3")
    for bucket in sorted(buckets):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    ministack.client("ssm").put_parameter(
        Name=BOOTSTRAP_PARAMETER, Value=BOOTSTRAP_VERSION, Type="String"
    )


def upload(ministack: Ministack, assets: list[Asset], cache: Path) -> None:
    """Upload every asset to the place that the template names; `cache` keeps the zips by key."""
    s3 = ministack.client("s3")
    for asset in assets:
        file = _zip(asset, cache) if asset.zipped else asset.path
        s3.put_object(Bucket=asset.bucket, Key=asset.key, Body=file.read_bytes())


def _zip(asset: Asset, cache: Path) -> Path:
    target = cache / Path(asset.key).name
    if target.exists():
        return target
    if asset.path.is_file():
        return asset.path
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        partial = Path(folder) / "partial.zip"
        write_zip(asset.path, partial)
        partial.replace(target)
    return target


def write_zip(source: Path, target: Path) -> None:
    """Zip a folder uncompressed, with bytecode beside the sources.

    ministack unpacks layer and code again for every process of every function. Bytecode that is
    checked against the source's time would be discarded, and every cold start would compile the
    whole layer. Hash-based bytecode that is not checked (PEP 552) stays valid.
    """
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(source, tree, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        compileall.compile_dir(
            tree,
            quiet=2,
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        )
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for file in _files(tree):
                info = zipfile.ZipInfo(str(file.relative_to(tree)), EPOCH)
                info.external_attr = 0o644 << 16
                archive.writestr(info, file.read_bytes())


def _files(tree: Path) -> Iterator[Path]:
    return (path for path in sorted(tree.rglob("*")) if path.is_file())


def template_of(manifest: Path) -> dict[str, Any]:
    """Return the synthesised template of a manifest."""
    name = manifest.name.removesuffix(".assets.json") + ".template.json"
    template: dict[str, Any] = json.loads((manifest.parent / name).read_text())
    return template
