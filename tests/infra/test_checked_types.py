"""mypy reads every module of aws_cdk that the code imports; in others it would find nothing."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("infra", "bench", "local", "ops", "tests")
IMPORTED = re.compile(r"^\s*(?:from aws_cdk import (aws_\w+)|from aws_cdk\.(\w+) import)", re.M)


def test_every_imported_module_of_aws_cdk_is_read() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    read = next(
        override["module"]
        for override in project["tool"]["mypy"]["overrides"]
        if override.get("follow_imports") == "normal"
    )
    imported = {
        f"aws_cdk.{first or second}"
        for folder in FOLDERS
        for file in (ROOT / folder).rglob("*.py")
        for first, second in IMPORTED.findall(file.read_text(encoding="utf-8"))
    }
    assert len(imported) > 10
    assert imported - set(read) == set()
