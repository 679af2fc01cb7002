"""Everything in `salesforce/` that is generated, and whether it is up to date."""

from __future__ import annotations

from pathlib import Path

from ops.salesforce_project.field_texts import field_texts
from ops.salesforce_project.manifest import MANIFEST, package_xml
from ops.salesforce_project.paths import ERROR_CODES, PROJECT
from ops.salesforce_project.samples import sample_files
from ops.salesforce_project.texts import generated_texts


def generate(project: Path = PROJECT, error_codes: Path = ERROR_CODES) -> None:
    """Write the generated files. Raises TextsError or ManifestError."""
    for path, content in _texts_and_samples(project, error_codes).items():
        _write(project / path, content)
    _write(project / MANIFEST, package_xml(project))


def outdated(project: Path = PROJECT, error_codes: Path = ERROR_CODES) -> list[str]:
    """The generated files that are not what `generate` writes. Raises as it does."""
    wanted = _texts_and_samples(project, error_codes) | {MANIFEST: package_xml(project)}
    return [str(path) for path, content in wanted.items() if _read(project / path) != content]


def _texts_and_samples(project: Path, error_codes: Path) -> dict[Path, str]:
    return generated_texts(project, error_codes) | field_texts(project) | sample_files()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
