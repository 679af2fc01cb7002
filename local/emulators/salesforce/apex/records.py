"""sObjects in memory, with their fields, their parents and their children."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.emulators.salesforce.apex import types
from local.emulators.salesforce.apex.errors import NotApex, Unsupported
from local.emulators.salesforce.apex.types import TypeRef
from local.emulators.salesforce.apex.values import Record
from local.emulators.salesforce.schema import NUMBER_TYPES, TEXT_TYPES, Field, SObject

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.machine import Machine


def apex_type(field: Field) -> TypeRef:
    """The Apex type of a field."""
    if field.type in TEXT_TYPES:
        return types.STRING
    if field.type == "int":
        return types.INTEGER
    if field.type in NUMBER_TYPES:
        return types.DECIMAL
    return {
        "id": types.ID,
        "reference": types.ID,
        "boolean": types.BOOLEAN,
        "date": types.DATE,
        "datetime": types.DATETIME,
    }[field.type]


class Records:
    """Reads and writes the fields of sObjects."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def create(self, sobject: SObject, fields: list[tuple[str, Any]]) -> Record:
        """`new Account(Name = …)`."""
        record = Record(sobject)
        for name, value in fields:
            self.write(record, name, value)
        return record

    def read(self, record: Record, name: str) -> Any:
        """A field, parent or list of children; throws System.SObjectException if not queried."""
        key = self._key(record.sobject, name)
        if key in record.values:
            return record.values[key]
        if record.queried:
            self._machine.throw(
                "SObjectException",
                "SObject row was retrieved via SOQL without querying the requested field: "
                f"{record.sobject.name}.{name}",
            )
        field = record.sobject.find(name)
        if field is not None and field.type == "boolean":
            raise Unsupported(f"checkbox {record.sobject.name}.{name} that was never set")
        return None

    def write(self, record: Record, name: str, value: Any) -> None:
        """Set a field or parent; raises NotApex for a field that cannot be written."""
        field = record.sobject.find(name)
        if field is None:
            self._write_parent(record, name, value)
            return
        if field.type != "id" and not (field.createable or field.updateable):
            raise NotApex(f"field is not writeable: {record.sobject.name}.{field.name}")
        key = field.name.lower()
        record.values[key] = self._machine.coerce(value, apex_type(field))
        record.changed.add(key)

    def _write_parent(self, record: Record, name: str, value: Any) -> None:
        reference = record.sobject.find_reference(name)
        if reference is None or reference.target is None:
            raise NotApex(f"no such column '{name}' on entity '{record.sobject.name}'")
        record.values[name.lower()] = self._machine.coerce(value, TypeRef(reference.target))

    def _key(self, sobject: SObject, name: str) -> str:
        known = sobject.find(name) or sobject.find_reference(name) or sobject.find_child(name)
        if known is None:
            raise NotApex(f"no such column '{name}' on entity '{sobject.name}'")
        return name.lower()
