"""Copies the files of a pinned npm release into `vendor/`, where the front door serves them.

To move to another release: change `SWAGGER_UI` (`npm view swagger-ui-dist dist.integrity` prints
the hash), fetch the package with `npm pack swagger-ui-dist@<version>`, then run

    .venv/bin/python -m local.front.vendoring swagger-ui-dist-<version>.tgz
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).parent / "vendor"
HASHES = "release.json"


class VendoringError(ValueError):
    """The tarball is not the pinned release; the message names the difference."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """An npm release: `integrity` is npm's hash of its tarball, `files` are those that we serve."""

    package: str
    version: str
    integrity: str
    files: tuple[str, ...]


SWAGGER_UI = Release(
    package="swagger-ui-dist",
    version="5.35.0",
    integrity="sha512-U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ==",
    files=(
        "LICENSE",
        "NOTICE",
        "swagger-ui-bundle.js",
        "swagger-ui-bundle.js.LICENSE.txt",
        "swagger-ui.css",
    ),
)


def vendor(tarball: Path, release: Release, target: Path) -> None:
    """Write the release's files and their SHA-256 hashes (`release.json`) into `target`.

    Raises VendoringError when the tarball is not the pinned release.
    """
    digest = hashlib.sha512(tarball.read_bytes()).digest()
    integrity = f"sha512-{base64.b64encode(digest).decode()}"
    if integrity != release.integrity:
        raise VendoringError(
            f"{tarball.name} has the hash {integrity}, but {release.package} {release.version} "
            f"is pinned as {release.integrity}"
        )
    target.mkdir(parents=True, exist_ok=True)
    hashes = {}
    with tarfile.open(tarball) as archive:
        for name in release.files:
            member = archive.extractfile(f"package/{name}")
            if member is None:
                raise VendoringError(f"{tarball.name} has no file {name}")
            content = member.read()
            (target / name).write_bytes(content)
            hashes[name] = hashlib.sha256(content).hexdigest()
    record = {
        "package": release.package,
        "version": release.version,
        "integrity": release.integrity,
        "sha256": hashes,
    }
    (target / HASHES).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    vendor(Path(sys.argv[1]), SWAGGER_UI, VENDOR / SWAGGER_UI.package)
