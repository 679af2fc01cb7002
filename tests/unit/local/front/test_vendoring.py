"""The vendored viewer is the pinned release, byte for byte."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from local.front.vendoring import HASHES, SWAGGER_UI, VENDOR, Release, VendoringError, vendor

FOLDER = VENDOR / SWAGGER_UI.package


def test_vendored_files_are_those_of_the_pinned_release() -> None:
    record = json.loads((FOLDER / HASHES).read_text(encoding="utf-8"))
    assert record["package"] == SWAGGER_UI.package
    assert record["version"] == SWAGGER_UI.version
    assert record["integrity"] == SWAGGER_UI.integrity
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in FOLDER.iterdir()
        if path.name != HASHES
    }
    assert found == record["sha256"]
    assert set(found) == set(SWAGGER_UI.files)


def test_the_licence_is_kept_beside_the_files() -> None:
    assert "Apache License" in (FOLDER / "LICENSE").read_text(encoding="utf-8")
    assert "SmartBear" in (FOLDER / "NOTICE").read_text(encoding="utf-8")


@pytest.fixture
def release(tmp_path: Path) -> tuple[Path, Release]:
    tarball = tmp_path / "viewer-1.0.0.tgz"
    with tarfile.open(tarball, "w:gz") as archive:
        for name, content in {"a.js": b"1", "LICENSE": b"free", "b.map": b"{}"}.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    return tarball, Release(
        package="viewer", version="1.0.0", integrity=f"sha512-{digest}", files=("LICENSE", "a.js")
    )


def test_only_the_named_files_are_copied(release: tuple[Path, Release], tmp_path: Path) -> None:
    target = tmp_path / "vendor" / "viewer"
    vendor(*release, target)
    assert sorted(path.name for path in target.iterdir()) == ["LICENSE", "a.js", HASHES]
    assert (target / "a.js").read_bytes() == b"1"


def test_another_tarball_is_refused(release: tuple[Path, Release], tmp_path: Path) -> None:
    tarball, pinned = release
    other = dataclasses.replace(pinned, integrity="sha512-other")
    with pytest.raises(VendoringError, match=r"viewer 1\.0\.0 is pinned"):
        vendor(tarball, other, tmp_path / "vendor")
    assert not (tmp_path / "vendor").exists()
