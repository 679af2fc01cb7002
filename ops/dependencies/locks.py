"""The packages of every lock file, by ecosystem."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PYTHON, NODE = "PyPI", "npm"
"""Names of ecosystems as OSV has them (ossf.github.io/osv-schema)."""


@dataclass(frozen=True, order=True)
class Package:
    """One locked version of one package."""

    ecosystem: str
    name: str
    version: str


def all_packages(root: Path) -> list[Package]:
    """Every package of the repository's lock files, each version once."""
    found = {*python_packages(root / "uv.lock")}
    for lock in sorted(root.glob("*/package-lock.json")) + sorted(
        root.glob("infra/*/package-lock.json")
    ):
        found |= {*node_packages(lock)}
    return sorted(found)


def python_packages(lock: Path) -> Iterator[Package]:
    """The packages of a `uv.lock` that come from a registry."""
    for entry in tomllib.loads(lock.read_text(encoding="utf-8")).get("package", []):
        if "registry" in entry.get("source", {}):
            yield Package(PYTHON, str(entry["name"]), str(entry["version"]))


def node_packages(lock: Path) -> Iterator[Package]:
    """The packages of a `package-lock.json`, version 3."""
    packages = json.loads(lock.read_text(encoding="utf-8")).get("packages", {})
    for path, entry in packages.items():
        name = path.rpartition("node_modules/")[2]
        if name and "version" in entry and not entry.get("link"):
            yield Package(NODE, name, str(entry["version"]))
