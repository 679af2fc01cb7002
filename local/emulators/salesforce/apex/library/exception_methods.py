"""The methods that every exception has, and those of DmlException and QueryException."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.emulators.salesforce.apex import exceptions
from local.emulators.salesforce.apex.library.registry import PlatformType
from local.emulators.salesforce.apex.types import STRING, TypeRef
from local.emulators.salesforce.apex.values import ApexList, ApexMap, ApexSet, Id, Instance

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.machine import Machine

EXCEPTION = PlatformType("Exception")
DML_EXCEPTION = PlatformType("DmlException")
QUERY_EXCEPTION = PlatformType("QueryException")
# What the interpreter keeps in an exception besides its message; no field can have such a name.
DML_ROWS = "#dml"
INACCESSIBLE = "#inaccessible"
_STRING_SET = TypeRef("Set", (STRING,))


@EXCEPTION.method("getMessage()")
def _get_message(_: Machine, value: Instance) -> str | None:
    return exceptions.message(value)


@EXCEPTION.method("setMessage(String)")
def _set_message(_: Machine, value: Instance, message: str) -> None:
    value.values[exceptions.MESSAGE] = message


@EXCEPTION.method("getTypeName()")
def _get_type_name(_: Machine, value: Instance) -> str:
    return exceptions.type_name(value)


@EXCEPTION.method("getCause()")
def _get_cause(_: Machine, value: Instance) -> Any:
    return value.values.get(exceptions.CAUSE)


@EXCEPTION.method("initCause(Exception)")
def _init_cause(_: Machine, value: Instance, cause: Instance) -> None:
    value.values[exceptions.CAUSE] = cause


@DML_EXCEPTION.method("getNumDml()")
def _get_num_dml(_: Machine, value: Instance) -> int:
    return len(value.values[DML_ROWS])


@DML_EXCEPTION.method("getDmlMessage(Integer)")
def _get_dml_message(_: Machine, value: Instance, row: int) -> str:
    return str(value.values[DML_ROWS][row]["message"])


@DML_EXCEPTION.method("getDmlIndex(Integer)")
def _get_dml_index(_: Machine, value: Instance, row: int) -> int:
    return int(value.values[DML_ROWS][row]["index"])


@DML_EXCEPTION.method("getDmlId(Integer)")
def _get_dml_id(_: Machine, value: Instance, row: int) -> Id | None:
    record_id = value.values[DML_ROWS][row]["id"]
    return None if record_id is None else Id(record_id)


@DML_EXCEPTION.method("getDmlFieldNames(Integer)")
def _get_dml_field_names(_: Machine, value: Instance, row: int) -> ApexList:
    return ApexList(STRING, value.values[DML_ROWS][row]["fields"])


@QUERY_EXCEPTION.method("getInaccessibleFields()")
def _get_inaccessible_fields(_: Machine, value: Instance) -> ApexMap:
    found = ApexMap(STRING, _STRING_SET)
    for name, fields in value.values.get(INACCESSIBLE, {}).items():
        found.put(name, ApexSet(STRING, fields))
    return found
