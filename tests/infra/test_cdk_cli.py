"""The CDK command line: pinned, installed once, and able to read what the library writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import pytest

from infra.cdk_cli import LOCK, SCRIPT, InstallError, installed
from infra.node import bundled_node, bundled_npm


class FakeNpm:
    """Stands in for npm: writes the script, remembers its calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []
        self.fails = False

    def __call__(self, arguments: Sequence[str], directory: Path) -> None:
        self.calls.append(tuple(arguments))
        if self.fails:
            msg = "npm ci failed"
            raise InstallError(msg)
        (directory / SCRIPT).parent.mkdir(parents=True, exist_ok=True)
        (directory / SCRIPT).touch()


def test_it_is_installed_from_the_lock_file_once(tmp_path: Path) -> None:
    npm = FakeNpm()
    assert installed(tmp_path, npm) == (str(bundled_node()), str(tmp_path / SCRIPT))
    assert installed(tmp_path, npm) == (str(bundled_node()), str(tmp_path / SCRIPT))
    assert [call[0] for call in npm.calls] == ["ci"]
    assert (tmp_path / "package-lock.json").read_bytes() == (
        LOCK / "package-lock.json"
    ).read_bytes()


def test_an_installation_that_failed_is_tried_again(tmp_path: Path) -> None:
    npm = FakeNpm()
    npm.fails = True
    with pytest.raises(InstallError):
        installed(tmp_path, npm)
    npm.fails = False
    installed(tmp_path, npm)
    assert len(npm.calls) == 2


def test_another_version_in_the_lock_file_is_installed(tmp_path: Path) -> None:
    npm = FakeNpm()
    installed(tmp_path, npm)
    (tmp_path / "installed.sha256").write_text("of an older lock file", "utf-8")
    installed(tmp_path, npm)
    assert len(npm.calls) == 2


def test_the_lock_file_pins_one_version_and_names_no_registry() -> None:
    package = json.loads((LOCK / "package.json").read_text("utf-8"))
    lock = json.loads((LOCK / "package-lock.json").read_text("utf-8"))
    (name,) = package["dependencies"]
    pinned = lock["packages"][f"node_modules/{name}"]
    assert pinned["version"] == package["dependencies"][name]
    assert pinned["integrity"].startswith("sha512-")
    # A lock file that names a registry's host would work at one workplace only.
    assert "resolved" not in pinned
    # Version 3 of the command line cannot read what version 2 of the library writes.
    assert pinned["version"].split(".")[0] == version("aws-cdk-lib").split(".")[0]


def test_the_bundled_node_brings_npm() -> None:
    assert bundled_node().is_file()
    assert bundled_npm().is_file()
