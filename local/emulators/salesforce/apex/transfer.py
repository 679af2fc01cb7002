"""Converts JSON to values of Apex and back, for calls from components and flows.

The declared types decide. Objects of the project's classes have the fields with the annotation
AuraEnabled for components, and InvocableVariable for flows. [unverified] A field that is null is
sent as null.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from local.emulators.salesforce import ids
from local.emulators.salesforce.apex import types
from local.emulators.salesforce.apex.classes import ApexClass
from local.emulators.salesforce.apex.errors import Unsupported
from local.emulators.salesforce.apex.library.json_text import scalar
from local.emulators.salesforce.apex.syntax import FieldDeclaration
from local.emulators.salesforce.apex.types import TypeRef
from local.emulators.salesforce.apex.values import (
    INTEGER_RANGE,
    ApexList,
    ApexMap,
    ApexSet,
    Id,
    Instance,
    Long,
)
from local.emulators.salesforce.values import parse_date, parse_moment

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.machine import Machine


class MisfitError(ValueError):
    """The JSON does not fit the declared type; the text names where."""


class Transfer:
    """Reads and writes the values of one call to a method of `scope`."""

    def __init__(self, machine: Machine, scope: ApexClass, annotation: str) -> None:
        self._machine = machine
        self._scope = scope
        self._annotation = annotation

    def read(self, raw: Any, wanted: TypeRef, where: str) -> Any:
        """JSON as a value of the type; raises MisfitError, or Unsupported for the type."""
        if raw is None:
            return None
        if wanted.key == "list":
            return self._read_list(raw, wanted, where)
        cls = self._machine.program.classes.find(wanted, self._scope)
        if cls is not None:
            return self._read_object(raw, cls, where)
        return _read_scalar(raw, wanted, where)

    def write(self, value: Any) -> Any:
        """A value as JSON."""
        if isinstance(value, ApexList):
            return [self.write(item) for item in value.items]
        if isinstance(value, ApexSet):
            return [self.write(item) for item in value]
        if isinstance(value, ApexMap):
            return {self._machine.text(key): self.write(item) for key, item in value.pairs()}
        if isinstance(value, Instance):
            return {
                item.name: self.write(self._machine.objects.read(value, item.name, None))
                for item in self._fields(value.cls)
            }
        if isinstance(value, Decimal):
            whole = value == value.to_integral_value()
            return int(value) if whole else float(value)
        return scalar(value)

    def _read_list(self, raw: Any, wanted: TypeRef, where: str) -> ApexList:
        if not isinstance(raw, list):
            raise MisfitError(f"{where} is a list")
        element = self._machine.conversions.qualify(wanted, self._scope).args[0]
        items = [
            self.read(item, element, f"{where}[{position}]") for position, item in enumerate(raw)
        ]
        return ApexList(element, items)

    def _read_object(self, raw: Any, cls: ApexClass, where: str) -> Instance:
        if not isinstance(raw, Mapping):
            raise MisfitError(f"{where} is an object")
        fields = {item.name: item for item in self._fields(cls)}
        unknown = set(raw) - set(fields)
        if unknown:
            raise MisfitError(f"{where} has no field {min(unknown)}")
        instance = self._machine.objects.construct(cls, [], None)
        for name, item in fields.items():
            annotation = item.annotation(self._annotation)
            required = annotation is not None and annotation.arguments.get("required") == "true"
            if required and raw.get(name) is None:
                raise MisfitError(f"Missing required input parameter: {name}")
            value = self.read(raw.get(name), item.type, f"{where}.{name}")
            self._machine.objects.write(instance, name, value, None)
        return instance

    def _fields(self, cls: ApexClass) -> Iterator[FieldDeclaration]:
        for owner in reversed(list(cls.lineage())):
            for item in () if owner.declaration is None else owner.declaration.fields:
                if not item.static and item.annotation(self._annotation) is not None:
                    yield item


def _read_scalar(raw: Any, wanted: TypeRef, where: str) -> Any:
    misfit = MisfitError(f"{where} is of type {wanted}")
    if wanted.key in {"string", "id", "date", "datetime"} and isinstance(raw, str):
        readers: dict[str, Any] = {
            "string": str,
            "id": _read_id,
            "date": parse_date,
            "datetime": parse_moment,
        }
        value = readers[wanted.key](raw)
    elif wanted.key == "boolean" and isinstance(raw, bool):
        return raw
    elif wanted.key in {"integer", "long", "decimal"} and not isinstance(raw, bool):
        value = _read_number(raw, wanted)
    elif wanted.key in {"string", "id", "date", "datetime", "boolean", "integer", "long"}:
        raise misfit
    else:
        raise Unsupported(f"{wanted} as an argument from outside")
    if value is None:
        raise misfit
    return value


def _read_id(raw: str) -> Id | None:
    long = ids.normalise(raw)
    return None if long is None else Id(long)


def _read_number(raw: Any, wanted: TypeRef) -> Any:
    if wanted.same(types.DECIMAL):
        return Decimal(str(raw)) if isinstance(raw, int | float) else None
    if not isinstance(raw, int):
        return None
    if wanted.same(types.LONG):
        return Long(raw)
    return raw if raw in INTEGER_RANGE else None
