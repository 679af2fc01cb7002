"""A software bill of materials in CycloneDX: what is locked, by package URL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from ops.dependencies.locks import NODE, Package

SPECIFICATION = "1.6"


def document(packages: Sequence[Package]) -> dict[str, Any]:
    """The document (CycloneDX 1.6, JSON); it is the same for the same lock files."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "portal-backend"}},
        "components": [
            {
                "type": "library",
                "bom-ref": package_url(package),
                "name": package.name,
                "version": package.version,
                "purl": package_url(package),
            }
            for package in packages
        ],
    }


def package_url(package: Package) -> str:
    """The purl (github.com/package-url/purl-spec)."""
    if package.ecosystem == NODE:
        return f"pkg:npm/{quote(package.name, safe='/')}@{package.version}"
    return f"pkg:pypi/{package.name}@{package.version}"
