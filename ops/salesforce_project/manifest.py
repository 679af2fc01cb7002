"""`manifest/package.xml`: what the default package directory deploys, by type and name."""

from __future__ import annotations

from pathlib import Path

from ops.salesforce_project.paths import NAMESPACE, PROJECT

MANIFEST = Path("manifest/package.xml")
_VERSION = "63.0"
# Folder and suffix of each type; members of objects bear the object's name before their own.
_TYPES = {
    "ApexClass": ("classes", "cls"),
    "CustomField": ("objects/*/fields", "field"),
    "CustomLabels": ("labels", "labels"),
    "CustomObject": ("objects/*", "object"),
    "ExternalCredential": ("externalCredentials", "externalCredential"),
    "Flow": ("flows", "flow"),
    "LightningComponentBundle": ("lwc/*", "js"),
    "ListView": ("objects/*/listViews", "listView"),
    "NamedCredential": ("namedCredentials", "namedCredential"),
    "PermissionSet": ("permissionsets", "permissionset"),
    "PermissionSetGroup": ("permissionsetgroups", "permissionsetgroup"),
    "QuickAction": ("quickActions", "quickAction"),
    "ReportType": ("reportTypes", "reportType"),
    "WebLink": ("objects/*/webLinks", "webLink"),
}


class ManifestError(ValueError):
    """A metadata file lies where no type of metadata is expected."""


def package_xml(project: Path = PROJECT) -> str:
    """The manifest. Raises ManifestError for a file whose folder and suffix fit no type."""
    main = project / "force-app" / "main" / "default"
    members = {name: _members(main, *where) for name, where in _TYPES.items()}
    known = {path for paths in members.values() for path in paths}
    for path in sorted(main.rglob("*-meta.xml")):
        if path not in known:
            msg = f"{path.relative_to(project)}: no type of metadata has this folder and suffix"
            raise ManifestError(msg)
    types = "".join(_type(name, paths) for name, paths in members.items() if paths)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Package xmlns="{NAMESPACE}">\n{types}    <version>{_VERSION}</version>\n</Package>\n'
    )


def _members(main: Path, folder: str, suffix: str) -> dict[Path, str]:
    ending = f".{suffix}-meta.xml"
    found = {}
    for path in sorted(main.glob(f"{folder}/*{ending}")):
        name = path.name.removesuffix(ending)
        parent = path.parents[1].name
        found[path] = f"{parent}.{name}" if folder.startswith("objects/*/") else name
    return found


def _type(name: str, paths: dict[Path, str]) -> str:
    entries = "".join(f"        <members>{member}</members>\n" for member in sorted(paths.values()))
    return f"    <types>\n{entries}        <name>{name}</name>\n    </types>\n"
