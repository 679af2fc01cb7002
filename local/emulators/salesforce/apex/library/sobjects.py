"""The methods of sObjects (Apex Reference Guide, "SObject Class")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.emulators.salesforce.apex.library.registry import PlatformType
from local.emulators.salesforce.apex.values import Record

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.machine import Machine

SOBJECT = PlatformType("SObject")


@SOBJECT.method("put(String, Object)", nulls=True)
def _put(machine: Machine, record: Record, name: str, value: Any) -> Any:
    if record.sobject.find(name) is None:
        machine.throw("SObjectException", f"Invalid field {name} for {record.sobject.name}")
    before = record.values.get(name.lower())
    machine.records.write(record, name, value)
    return before


@SOBJECT.method("get(String)")
def _get(machine: Machine, record: Record, name: str) -> Any:
    if record.sobject.find(name) is None:
        machine.throw("SObjectException", f"Invalid field {name} for {record.sobject.name}")
    return machine.records.read(record, name)
