"""Carries out insert, update, upsert and delete with the emulator's own checks.

One refused record undoes the whole statement, as on the platform without `Database` methods. The
error is that of the first refused record.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from local.emulators.salesforce.apex.errors import NotApex, Unsupported
from local.emulators.salesforce.apex.library.exception_methods import DML_ROWS
from local.emulators.salesforce.apex.values import ApexList, Id, Record, type_of
from local.emulators.salesforce.dml import Dml
from local.emulators.salesforce.errors import ApiError

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.machine import Machine


class DmlBridge:
    """Runs the DML statements of Apex."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def run(self, operation: str, target: Any, *, as_user: bool, key: str | None) -> None:
        """One statement; throws System.DmlException, raises Unsupported."""
        if as_user:
            raise Unsupported(f"{operation} as user")
        records = self._records(target)
        session = self._machine.session
        session.usage.use("dml")
        session.usage.use("dml_rows", len(records))
        try:
            with session.org.store.savepoint():
                for position, record in enumerate(records):
                    self._one(operation, position, record, key)
        finally:
            # A failed statement counts as well: the platform takes it for uncommitted work.
            session.uncommitted = True

    def _records(self, target: Any) -> list[Record]:
        if target is None:
            self._machine.throw("NullPointerException", "Attempt to de-reference a null object")
        items = target.items if isinstance(target, ApexList) else [target]
        records = [item for item in items if isinstance(item, Record)]
        if len(records) != len(items):
            raise NotApex(f"DML needs sObjects, not {type_of(target)}")
        return records

    def _one(self, operation: str, position: int, record: Record, key: str | None) -> None:
        session = self._machine.session
        dml = Dml(session.org, session.user_id)
        sobject = session.schema.get(record.sobject.name)
        record_id = record.values.get("id")
        try:
            if operation == "delete":
                dml.delete(sobject, self._need_id(operation, record_id))
            elif operation == "insert" or (operation == "upsert" and key is None and not record_id):
                if record_id is not None:
                    body = {**_body(record), "Id": str(record_id)}
                else:
                    body = _body(record)
                record.values["id"] = Id(dml.insert(sobject, body))
            elif operation == "update" or key is None:
                dml.update(sobject, self._need_id(operation, record_id), _body(record))
            else:
                raise Unsupported("upsert by an external id")
        except ApiError as error:
            self._refuse(operation, position, record_id, error)

    def _need_id(self, operation: str, record_id: Any) -> str:
        if record_id is None:
            raise ApiError("MISSING_ARGUMENT", f"Id not specified in an {operation} call")
        return str(record_id)

    def _refuse(self, operation: str, position: int, record_id: Any, error: ApiError) -> None:
        fields = list(error.fields or ())
        with_id = f" with id {record_id}" if record_id is not None else ""
        row = {
            "index": position,
            "id": record_id,
            "message": error.message,
            "fields": fields,
        }
        self._machine.throw(
            "DmlException",
            f"{operation.capitalize()} failed. First exception on row {position}{with_id}; "
            f"first error: {error.code}, {error.message}: [{', '.join(fields)}]",
            {DML_ROWS: [row]},
        )


def _body(record: Record) -> dict[str, Any]:
    """What code has set, as JSON carries it."""
    for name in record.values.keys() - record.changed:
        if not record.queried and name != "id" and record.sobject.find(name) is None:
            raise Unsupported(f"DML on a record with its parent {name}")
    return {
        field.name: _plain(record.values[field.name.lower()])
        for field in record.sobject.fields.values()
        if field.name.lower() in record.changed and field.type != "id"
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value) if isinstance(value, Id) else value
