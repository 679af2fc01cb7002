"""Reads the parts of an SFDX project that the interpreter needs besides its fields.

It reads Apex classes, custom labels, custom settings, named and external credentials, permission
sets and groups from package directories. Source of the shapes: Metadata API Developer Guide.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from local.emulators.salesforce.metadata import read_field, read_field_file
from local.emulators.salesforce.schema import SObject
from local.emulators.salesforce.standard_fields import sobject

_NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
DEFAULT_PACKAGE = "force-app"
_SETTINGS_PREFIX = "a00"


@dataclass(frozen=True)
class ObjectPermission:
    """What a permission set grants on one object."""

    read: bool
    create: bool
    edit: bool
    delete: bool


@dataclass(frozen=True, kw_only=True)
class PermissionSet:
    """The grants that the interpreter enforces; field names are `object.field` in lower case."""

    name: str
    objects: dict[str, ObjectPermission]
    readable: frozenset[str]
    editable: frozenset[str]
    classes: frozenset[str]
    principals: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class NamedCredential:
    """Where `callout:<name>` leads, and which external credential signs it."""

    name: str
    url: str
    external: str
    formulas_in_headers: bool
    formulas_in_body: bool
    generates_authorization: bool
    enabled: bool


@dataclass(frozen=True, kw_only=True)
class ExternalCredential:
    """Its principals, and the headers that it adds itself (`AuthHeader`): name to formula."""

    name: str
    protocol: str
    principals: tuple[str, ...]
    headers: dict[str, str] = field(default_factory=dict)


class Project:
    """An SFDX project on disk; `packages` are its directories, the last one wins for classes."""

    def __init__(self, root: Path, packages: Iterable[str] = (DEFAULT_PACKAGE,)) -> None:
        self.root = root
        self.packages = tuple(packages)

    def class_files(self) -> dict[str, Path]:
        """Apex classes by name; a later package replaces a class of an earlier one."""
        found: dict[str, Path] = {}
        for package in self.packages:
            for path in sorted(self._folder(package).glob("classes/**/*.cls")):
                found[path.stem] = path
        return found

    def custom_settings(self) -> dict[str, SObject]:
        """Hierarchy custom settings by lower-case name, in the metadata and the source format."""
        found = {}
        for path in [*self._paths("objects/*.object"), *self._paths("objects/*/*.object-meta.xml")]:
            root = _parse(path)
            if _text(root, "customSettingsType") != "Hierarchy":
                msg = f"{path.name}: only hierarchy custom settings are emulated"
                raise ValueError(msg)
            fields = [read_field(item) for item in root.iter(f"{_NAMESPACE}fields")]
            files = sorted(path.parent.glob("fields/*.field-meta.xml"))
            name = path.name.partition(".")[0]
            fields += [read_field_file(item) for item in files]
            found[name.lower()] = sobject(name, _SETTINGS_PREFIX, fields)
        return found

    def labels(self) -> dict[str, str]:
        """Custom labels by lower-case name, in the project's language."""
        found = {}
        for root in self._documents("labels/*.labels-meta.xml"):
            for label in root.iter(f"{_NAMESPACE}labels"):
                found[_text(label, "fullName").lower()] = _text(label, "value")
        return found

    def translations(self) -> dict[str, dict[str, str]]:
        """Custom labels by lower-case name, by language."""
        return {
            language: {
                _text(item, "name").lower(): _text(item, "label")
                for item in root.iter(f"{_NAMESPACE}customLabels")
            }
            for language, root in self._named("translations", ".translation-meta.xml")
        }

    def permission_sets(self) -> dict[str, PermissionSet]:
        """Permission sets by name."""
        suffix = ".permissionset-meta.xml"
        return {
            name: _permission_set(name, root)
            for name, root in self._named("permissionsets", suffix)
        }

    def permission_set_groups(self) -> dict[str, tuple[str, ...]]:
        """Permission set groups by name: the names of their permission sets."""
        suffix = ".permissionsetgroup-meta.xml"
        return {
            name: tuple(item.text or "" for item in root.iter(f"{_NAMESPACE}permissionSets"))
            for name, root in self._named("permissionsetgroups", suffix)
        }

    def named_credentials(self) -> dict[str, NamedCredential]:
        """Named credentials by name."""
        suffix = ".namedCredential-meta.xml"
        return {
            name: _named_credential(name, root)
            for name, root in self._named("namedCredentials", suffix)
        }

    def external_credentials(self) -> dict[str, ExternalCredential]:
        """External credentials by name."""
        suffix = ".externalCredential-meta.xml"
        return {
            name: _external_credential(name, root)
            for name, root in self._named("externalCredentials", suffix)
        }

    def _folder(self, package: str) -> Path:
        """Its content: source format has `main/default`, the metadata format has not."""
        source = self.root / package / "main/default"
        return source if source.is_dir() else self.root / package

    def _named(self, folder: str, suffix: str) -> list[tuple[str, ET.Element]]:
        return [
            (path.name.removesuffix(suffix), _parse(path))
            for path in self._paths(f"{folder}/*{suffix}")
        ]

    def _documents(self, pattern: str) -> list[ET.Element]:
        return [_parse(path) for path in self._paths(pattern)]

    def _paths(self, pattern: str) -> list[Path]:
        return [
            path
            for package in self.packages
            for path in sorted(self._folder(package).glob(pattern))
        ]


def _parse(path: Path) -> ET.Element:
    try:
        return ET.parse(path).getroot()  # noqa: S314  # the repository's own files
    except ET.ParseError as error:
        msg = f"{path.name} is not well-formed: {error}"
        raise ValueError(msg) from error


def _text(element: ET.Element, tag: str) -> str:
    return (element.findtext(f"{_NAMESPACE}{tag}") or "").strip()


def _is(element: ET.Element, tag: str) -> bool:
    return _text(element, tag) == "true"


def _permission_set(name: str, root: ET.Element) -> PermissionSet:
    fields = list(root.iter(f"{_NAMESPACE}fieldPermissions"))
    return PermissionSet(
        name=name,
        objects={
            _text(item, "object").lower(): ObjectPermission(
                read=_is(item, "allowRead"),
                create=_is(item, "allowCreate"),
                edit=_is(item, "allowEdit"),
                delete=_is(item, "allowDelete"),
            )
            for item in root.iter(f"{_NAMESPACE}objectPermissions")
        },
        readable=frozenset(
            _text(item, "field").lower() for item in fields if _is(item, "readable")
        ),
        editable=frozenset(
            _text(item, "field").lower() for item in fields if _is(item, "editable")
        ),
        classes=frozenset(
            _text(item, "apexClass").lower()
            for item in root.iter(f"{_NAMESPACE}classAccesses")
            if _is(item, "enabled")
        ),
        principals=frozenset(
            _text(item, "externalCredentialPrincipal")
            for item in root.iter(f"{_NAMESPACE}externalCredentialPrincipalAccesses")
            if _is(item, "enabled")
        ),
    )


def _named_credential(name: str, root: ET.Element) -> NamedCredential:
    url, external = "", ""
    for item in root.iter(f"{_NAMESPACE}namedCredentialParameters"):
        if _text(item, "parameterType") == "Url":
            url = _text(item, "parameterValue")
        elif _text(item, "parameterType") == "Authentication":
            external = _text(item, "externalCredential")
    return NamedCredential(
        name=name,
        url=url,
        external=external,
        formulas_in_headers=_is(root, "allowMergeFieldsInHeader"),
        formulas_in_body=_is(root, "allowMergeFieldsInBody"),
        generates_authorization=_is(root, "generateAuthorizationHeader"),
        enabled=_text(root, "calloutStatus") in {"", "Enabled"},
    )


def _external_credential(name: str, root: ET.Element) -> ExternalCredential:
    principals, headers = [], {}
    for item in root.iter(f"{_NAMESPACE}externalCredentialParameters"):
        kind = _text(item, "parameterType")
        if kind == "NamedPrincipal":
            principals.append(_text(item, "parameterGroup") or _text(item, "parameterName"))
        elif kind == "AuthHeader":
            headers[_text(item, "parameterName")] = _text(item, "parameterValue")
        elif kind != "AuthParameter":
            msg = f"external credential {name}: parameter type {kind} is not emulated"
            raise ValueError(msg)
    return ExternalCredential(
        name=name,
        protocol=_text(root, "authenticationProtocol"),
        principals=tuple(dict.fromkeys(principals)),
        headers=headers,
    )
