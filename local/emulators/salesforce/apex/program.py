"""The Apex of a project: its classes, its labels and the platform types that they can use."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from local.emulators.salesforce.apex.classes import ApexClass, ClassTable
from local.emulators.salesforce.apex.library.catalogue import PLATFORM
from local.emulators.salesforce.apex.metadata import DEFAULT_PACKAGE, Project
from local.emulators.salesforce.apex.parser import parse_class
from local.emulators.salesforce.apex.syntax import ClassDeclaration

PLATFORM_TYPES = frozenset(PLATFORM)


class Program:
    """Classes and metadata of an SFDX project; raises NotApex or Unsupported with the place."""

    def __init__(self, project: Project, declarations: Iterable[ClassDeclaration]) -> None:
        self.project = project
        self.classes = ClassTable(declarations)
        self.labels = project.labels()
        self.translations = project.translations()
        self.custom_settings = project.custom_settings()
        self.permission_sets = project.permission_sets()
        self.permission_set_groups = project.permission_set_groups()
        self.named_credentials = project.named_credentials()
        self.external_credentials = project.external_credentials()

    @classmethod
    def load(cls, root: Path, packages: Iterable[str] = (DEFAULT_PACKAGE,)) -> Program:
        """Read the project at `root`; later package directories replace classes of earlier ones."""
        project = Project(root, packages)
        declarations = []
        for name, path in project.class_files().items():
            declaration = parse_class(path.name, path.read_text(encoding="utf-8"))
            if declaration.name != name:
                msg = f"{path.name} holds the class {declaration.name}"
                raise ValueError(msg)
            declarations.append(declaration)
        return cls(project, declarations)

    def label(self, name: str, language: str) -> str | None:
        """A custom label by lower-case name, in the language or else the project's own."""
        translated = self.translations.get(language, {}).get(name)
        return self.labels.get(name) if translated is None else translated

    def test_classes(self) -> list[ApexClass]:
        """Classes with `@IsTest`, by name."""
        return [cls for cls in self.classes.all() if cls.is_test]
