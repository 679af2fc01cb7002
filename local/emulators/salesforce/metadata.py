"""Reads the custom fields of an SFDX project, so that the emulator knows what gets deployed.

Shapes: Metadata API Developer Guide, "CustomField". Only what the project uses is understood;
anything else (a formula, a lookup) is refused at start rather than emulated wrongly.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from local.emulators.salesforce.schema import Field, FieldType

_NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
_SUFFIX = ".field-meta.xml"
_TYPES: dict[str, FieldType] = {
    "Checkbox": "boolean",
    "Currency": "currency",
    "Date": "date",
    "DateTime": "datetime",
    "Email": "email",
    "LongTextArea": "textarea",
    "MultiselectPicklist": "multipicklist",
    "Number": "double",
    "Percent": "percent",
    "Phone": "phone",
    "Picklist": "picklist",
    "Text": "string",
    "TextArea": "textarea",
    "Url": "url",
}
_LENGTHS = {"Email": 80, "Phone": 40, "Picklist": 255, "TextArea": 255, "Url": 255}
_MULTISELECT_LENGTH = 4_099


def project_root() -> Path:
    """The repository's own SFDX project."""
    return Path(__file__).parents[3] / "salesforce"


def read_custom_fields(project: Path) -> Iterator[tuple[str, Field]]:
    """`(object name, field)` for every field file under the project's package directories.

    Fields of custom settings are left out: they are for Apex (`apex.metadata`). Raises ValueError
    naming the file when one cannot be understood, or when there is none.
    """
    paths = sorted(project.glob(f"*/main/default/objects/*/fields/*{_SUFFIX}"))
    if not paths:
        msg = f"no *{_SUFFIX} below {project}: is this an SFDX project?"
        raise ValueError(msg)
    for path in paths:
        holder = path.parent.parent
        if not holder.joinpath(f"{holder.name}.object-meta.xml").is_file():
            yield holder.name, read_field_file(path)


def read_field_file(path: Path) -> Field:
    """The field of a file; raises ValueError naming the file when it cannot be understood."""
    try:
        root = ET.parse(path).getroot()  # noqa: S314  # the repository's own files
        custom = read_field(root)
    except (ET.ParseError, KeyError, ValueError) as error:
        msg = f"{path.name} is not understood: {error}"
        raise ValueError(msg) from error
    if path.name != custom.name + _SUFFIX:
        msg = f"{path.name} defines {custom.name}: file and field must have the same name"
        raise ValueError(msg)
    return custom


def read_field(root: ET.Element) -> Field:
    """A field from its XML element; raises ValueError or KeyError for what is not emulated."""

    def get(tag: str, default: str = "") -> str:
        return (root.findtext(f"{_NAMESPACE}{tag}") or default).strip()

    if root.find(f"{_NAMESPACE}formula") is not None:
        msg = "formula fields are not emulated"
        raise ValueError(msg)
    declared = get("type")
    kind = _TYPES.get(declared)
    if kind is None:
        msg = f"type {declared!r} is not emulated"
        raise ValueError(msg)
    values, default = _picklist(root)
    details: dict[str, Any] = {
        "name": get("fullName"),
        "label": get("label"),
        "type": kind,
        "length": _length(declared, get("length")),
        "precision": int(get("precision", "18")),
        "scale": int(get("scale", "0")),
        "nillable": get("required") != "true" and kind != "boolean",
        "unique": get("unique") == "true",
        "external_id": get("externalId") == "true",
        "case_sensitive": get("caseSensitive") == "true",
        "restricted": root.findtext(f"{_NAMESPACE}valueSet/{_NAMESPACE}restricted") == "true",
        "values": values,
        "default": _default(kind, get("defaultValue"), default),
        "custom": True,
    }
    return Field(**details)


def _length(declared: str, given: str) -> int:
    if given:
        return int(given)
    if declared == "MultiselectPicklist":
        return _MULTISELECT_LENGTH
    return _LENGTHS.get(declared, 0)


def _default(kind: FieldType, given: str, picked: str | None) -> str | bool | float | None:
    if kind == "boolean":
        return given == "true"
    if kind in {"picklist", "multipicklist"}:
        return picked
    if not given:
        return None
    # Defaults are formulas; numbers are the only ones in use.
    return float(given)


def _picklist(root: ET.Element) -> tuple[tuple[str, ...], str | None]:
    values = []
    default = None
    for value in root.iter(f"{_NAMESPACE}value"):
        name = value.findtext(f"{_NAMESPACE}fullName") or ""
        values.append(name)
        if value.findtext(f"{_NAMESPACE}default") == "true":
            default = name
    return tuple(values), default
