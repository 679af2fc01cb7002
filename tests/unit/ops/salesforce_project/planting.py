"""Copies the Salesforce project and plants faults in the copy."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from ops.salesforce_project.paths import PROJECT

MAIN = "force-app/main/default/"
NOT_COPIED = shutil.ignore_patterns("node_modules", "coverage")


@dataclass(frozen=True)
class Planted:
    """A copy of the project at `root`; names are paths below the default package directory.

    A name that begins with a dot and a slash is a path below the project itself.
    """

    root: Path
    _before: dict[Path, str | None] = field(default_factory=dict)

    def path(self, name: str) -> Path:
        """A file of the copy."""
        return self.root / (name[2:] if name.startswith("./") else MAIN + name)

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace a text that must be there."""
        text = self.path(name).read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r}"
        self.write(name, text.replace(old, new))

    def remove(self, name: str) -> None:
        """Remove a file."""
        self._remember(name)
        self.path(name).unlink()

    def write(self, name: str, text: str) -> None:
        """Write a file, new or not."""
        self._remember(name)
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_text(text, encoding="utf-8")

    def restore(self) -> None:
        """Take back what was planted."""
        for path, text in self._before.items():
            if text is None:
                path.unlink(missing_ok=True)
            else:
                path.write_text(text, encoding="utf-8")
        self._before.clear()

    def _remember(self, name: str) -> None:
        path = self.path(name)
        text = path.read_text(encoding="utf-8") if path.is_file() else None
        self._before.setdefault(path, text)


def copy_project(target: Path) -> Planted:
    """The project's own files, without what tools have installed."""
    shutil.copytree(PROJECT, target, ignore=NOT_COPIED, copy_function=shutil.copyfile)
    return Planted(target)
