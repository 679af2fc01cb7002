"""Validates metadata files against Salesforce's own types.

Source: the WSDL of the Metadata API 63.0, which simple-salesforce carries. It knows element names,
enumerations, simple types and required elements; it knows nothing of references between files.
"""

from __future__ import annotations

import copy
import importlib
import importlib.resources
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ops.salesforce_project.paths import NAMESPACE
from ops.salesforce_project.sources import metadata_files

# lxml ships no type information.
etree: Any = importlib.import_module("lxml.etree")

_XS = "{http://www.w3.org/2001/XMLSchema}"
# The WSDL declares the contents of targetConfigs as text, though they are elements.
_DECLARED_AS_TEXT = {"LightningComponentBundle": "targetConfigs"}


class MetadataSchema:
    """The types of the Metadata API as one XML schema."""

    def __init__(self) -> None:
        wsdl = importlib.resources.files("simple_salesforce") / "metadata.wsdl"
        root = etree.fromstring(wsdl.read_bytes())
        schema = next(
            item for item in root.iter(f"{_XS}schema") if item.get("targetNamespace") == NAMESPACE
        )
        self._known_members: dict[str, dict[str, str]] = {}
        self._types = {item.get("name"): item for item in schema.findall(f"{_XS}complexType")}
        declared = {item.get("name") for item in schema.findall(f"{_XS}element")}
        for name in set(self._types) - declared:
            element = etree.SubElement(schema, f"{_XS}element")
            element.set("name", name)
            element.set("type", f"tns:{name}")
        # Written out and read again, it carries its namespace declarations itself.
        self._validator = etree.XMLSchema(etree.fromstring(etree.tostring(schema)))

    def problems(self, content: bytes) -> list[str]:
        """What is wrong with a metadata file; the order of elements is free, as on the platform."""
        parser = etree.XMLParser(remove_blank_text=True, remove_comments=True)
        try:
            root = etree.fromstring(content, parser)
        except etree.XMLSyntaxError as error:
            return [str(error)]
        type_name = etree.QName(root).localname
        if type_name not in self._types:
            return [f"{type_name} is no type of metadata"]
        root = copy.deepcopy(root)
        untyped = _DECLARED_AS_TEXT.get(type_name)
        for element in root.findall(f"{{{NAMESPACE}}}{untyped}"):
            root.remove(element)
        self._sort(root, type_name)
        self._validator.validate(root)
        return [entry.message for entry in self._validator.error_log]

    def _sort(self, element: Any, type_name: str) -> None:
        members = self._members(type_name)
        order = list(members)

        def position(child: Any) -> int:
            name = etree.QName(child).localname
            return order.index(name) if name in members else len(order)

        element[:] = sorted(element, key=position)
        for child in element:
            inner = members.get(etree.QName(child).localname, "")
            if inner in self._types:
                self._sort(child, inner)

    def _members(self, type_name: str) -> dict[str, str]:
        """Element names of a type, inherited ones first, and the types of these."""
        if type_name in self._known_members:
            return self._known_members[type_name]
        declared = self._types[type_name]
        found = self._known_members[type_name] = {}
        for extension in declared.iter(f"{_XS}extension"):
            found.update(self._members(extension.get("base").partition(":")[2]))
        for item in declared.iter(f"{_XS}element"):
            found[item.get("name")] = item.get("type", "").partition(":")[2]
        return found


def check_schema(project: Path) -> Iterator[str]:
    """Every departure of the project's metadata from the API's types, with the file's name."""
    schema = MetadataSchema()
    for path in metadata_files(project):
        for problem in schema.problems(path.read_bytes()):
            yield f"{path.name}: {problem}"
