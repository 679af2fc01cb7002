"""Reads the Salesforce project: package directories, metadata files, Apex, Lightning modules."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from xml.etree import ElementTree as ET

from ops.salesforce_project.paths import NAMESPACE

CUSTOM_NAME = re.compile(r"\b[A-Za-z]\w*__c\b")
_PYTHON = ("layers/shared/python/portal", "functions", "infra", "ops")
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_TAG = f"{{{NAMESPACE}}}"


def package_directories(project: Path) -> list[Path]:
    """The package directories in the order of deployment."""
    document = json.loads((project / "sfdx-project.json").read_text(encoding="utf-8"))
    return [project / entry["path"] for entry in document["packageDirectories"]]


def metadata_files(project: Path) -> list[Path]:
    """Every metadata file, also those in metadata format (crypto-signing)."""
    found = [path for folder in package_directories(project) for path in folder.rglob("*-meta.xml")]
    fallback = project / "crypto-signing"
    found += [*fallback.rglob("*.object"), *fallback.rglob("*-meta.xml")]
    found += [fallback / "package.xml", project / "manifest" / "package.xml"]
    return sorted(path for path in found if path.is_file())


class Document:
    """One metadata file; paths are element names joined by slashes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name.split(".")[0]
        self.root = ET.parse(path).getroot()  # noqa: S314  # the repository's own files

    def texts(self, path: str) -> list[str]:
        """The texts of the elements at a path."""
        return [(element.text or "").strip() for element in self.elements(path)]

    def text(self, path: str) -> str:
        """The text of the first element at a path, or an empty one."""
        return next(iter(self.texts(path)), "")

    def elements(self, path: str) -> list[ET.Element]:
        """The elements at a path."""
        return list(self.root.findall("/".join(_TAG + part for part in path.split("/"))))

    def everywhere(self, tag: str) -> list[str]:
        """The texts of all elements of a name, at any depth."""
        return [(element.text or "").strip() for element in self.root.iter(_TAG + tag)]


def child_text(element: ET.Element, tag: str) -> str:
    """The text of an element's child, or an empty one."""
    return (element.findtext(_TAG + tag) or "").strip()


@dataclass(frozen=True)
class Project:
    """The Salesforce project below `root`, and the portal's Python below `repository`."""

    root: Path
    repository: Path
    _read: dict[str, dict[str, Document]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def main(self) -> Path:
        """The default package directory's metadata."""
        return self.root / "force-app" / "main" / "default"

    def documents(self, folder: str, suffix: str) -> dict[str, Document]:
        """The metadata files of a folder by name."""
        if folder not in self._read:
            ending = f".{suffix}-meta.xml"
            paths = sorted(self.main.glob(f"{folder}/*{ending}"))
            self._read[folder] = {path.name.removesuffix(ending): Document(path) for path in paths}
        return self._read[folder]

    @cached_property
    def fields(self) -> frozenset[str]:
        """Custom fields as `Object.Field__c`."""
        return frozenset(
            f"{path.parents[1].name}.{path.name.split('.')[0]}"
            for path in self.main.glob("objects/*/fields/*.field-meta.xml")
        )

    @cached_property
    def field_names(self) -> frozenset[str]:
        """Custom fields without their objects, and the custom objects themselves."""
        paths = self.main.glob("objects/*/*.object-meta.xml")
        objects = frozenset(path.name.split(".")[0] for path in paths)
        return objects | frozenset(name.partition(".")[2] for name in self.fields)

    @cached_property
    def classes(self) -> dict[str, str]:
        """Apex sources by class name, without comments."""
        return {
            path.stem: _COMMENT.sub("", path.read_text(encoding="utf-8"))
            for path in sorted(self.main.glob("classes/*.cls"))
        }

    @cached_property
    def modules(self) -> dict[str, str]:
        """JavaScript and templates by Lightning module, without tests."""
        return {
            folder.name: "\n".join(
                path.read_text(encoding="utf-8")
                for path in sorted(folder.iterdir())
                if path.suffix in {".js", ".html"}
            )
            for folder in sorted(self.main.glob("lwc/*"))
            if folder.is_dir()
        }

    @cached_property
    def labels(self) -> frozenset[str]:
        """Names of the custom labels."""
        documents = self.documents("labels", "labels").values()
        return frozenset(
            name for document in documents for name in document.texts("labels/fullName")
        )

    @property
    def python_tokens(self) -> dict[str, frozenset[str]]:
        """Names of custom fields and objects in the Python that talks to Salesforce, by file."""
        return _python_tokens(self.repository)


@cache
def _python_tokens(repository: Path) -> dict[str, frozenset[str]]:
    own = repository / "ops" / "salesforce_project"
    return {
        str(path.relative_to(repository)): frozenset(
            CUSTOM_NAME.findall(path.read_text(encoding="utf-8"))
        )
        for folder in _PYTHON
        for path in sorted((repository / folder).rglob("*.py"))
        if own not in path.parents
    }
