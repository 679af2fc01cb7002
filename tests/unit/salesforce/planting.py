"""Copies the Salesforce project and plants faults in the copy."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from ops.salesforce_project.paths import PROJECT

MAIN = "force-app/main/default/"
NOT_COPIED = shutil.ignore_patterns("node_modules", "coverage")


@dataclass(frozen=True)
class Planted:
    """A copy of the project at `root`; paths are below the default package directory."""

    root: Path

    def path(self, name: str) -> Path:
        """A file of the copy; a name that begins with a dot and a slash is the project's own."""
        return self.root / (name[2:] if name.startswith("./") else MAIN + name)

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace a text that must be there."""
        path = self.path(name)
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def remove(self, name: str) -> None:
        """Remove a file."""
        self.path(name).unlink()

    def write(self, name: str, text: str) -> None:
        """Write a new file."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def copy_project(target: Path) -> Planted:
    """The project's own files, without what tools have installed."""
    shutil.copytree(PROJECT, target, ignore=NOT_COPIED, copy_function=shutil.copyfile)
    return Planted(target)
