"""Loads records outside of the API, as an administrator's import does."""

from __future__ import annotations

from typing import Any

from local.emulators.salesforce import derived, ids, values
from local.emulators.salesforce.errors import ApiError
from local.emulators.salesforce.org import ADMIN_ID, Org
from local.emulators.salesforce.schema import SObject
from local.emulators.salesforce.store import Record


def load(org: Org, records: dict[str, Any]) -> None:
    """Store `{object: [fields, …]}`, all or nothing.

    Names, types, lengths, picklists, uniqueness and references are checked; the rules about
    the life of an order are not, so that an order can be seeded in any state. Read-only fields
    (CreatedDate, OrderNumber, IsStandard) may be given. Raises ValueError saying what is wrong.
    """
    with org.store.savepoint():
        loaded: list[tuple[SObject, str]] = []
        for name, rows in records.items():
            sobject = org.schema.find(name)
            if sobject is None:
                known = ", ".join(item.name for item in org.schema.all())
                msg = f"records.{name}: no such object; known are {known}"
                raise ValueError(msg)
            for position, row in enumerate(rows):
                where = f"records.{sobject.name}[{position}]"
                loaded.append((sobject, _load(org, sobject, row, where)))
        for sobject, record_id in loaded:
            _finish(org, sobject, record_id)
        for sobject, record_id in loaded:
            derived.spread(org, sobject, _stored(org, sobject, record_id))


def _load(org: Org, sobject: SObject, row: dict[str, Any], where: str) -> str:
    given = _values(sobject, row, where)
    record_id = given.get("Id") or org.new_id(sobject)
    if not str(record_id).startswith(sobject.prefix):
        msg = f"{where}.Id: ids of {sobject.name} begin with {sobject.prefix}"
        raise ValueError(msg)
    record: Record = {field.name: field.default for field in sobject.fields.values()}
    if "ownerid" in sobject.fields:
        record["OwnerId"] = ADMIN_ID
    org.audit(record, ADMIN_ID, created=True)
    record.update(given, Id=record_id)
    if org.store.get(sobject, str(record_id)) is not None:
        msg = f"{where}.Id: {record_id} exists already"
        raise ValueError(msg)
    for field in sobject.fields.values():
        taken = field.unique and record[field.name] is not None
        if taken and org.store.lookup(sobject, field, record[field.name]):
            msg = f"{where}.{field.name}: {record[field.name]} exists already"
            raise ValueError(msg)
    org.store.put(sobject, record)
    return str(record_id)


def _values(sobject: SObject, row: dict[str, Any], where: str) -> Record:
    given: Record = {}
    for name, raw in row.items():
        if name == "attributes":
            continue
        field = sobject.find(name)
        if field is None:
            msg = f"{where}.{name}: {sobject.name} has no such field"
            raise ValueError(msg)
        if field.type in {"id", "reference"} and isinstance(raw, str):
            _check_id(raw, f"{where}.{name}")
        try:
            given[field.name] = values.accept(field, raw)
        except ApiError as error:
            msg = f"{where}.{name}: {error.message}"
            raise ValueError(msg) from error
    return given


def _check_id(raw: str, where: str) -> None:
    if ids.normalise(raw) is None:
        right = ids.lengthen(raw[: ids.SHORT]) if len(raw) == ids.LONG else None
        hint = f"; its checksum would make it {right}" if right else ""
        msg = f"{where}: {raw} is no record id{hint}"
        raise ValueError(msg)


def _finish(org: Org, sobject: SObject, record_id: str) -> None:
    """Check a record's references, after all records are stored in any order."""
    record = dict(_stored(org, sobject, record_id))
    for field in sobject.fields.values():
        value = record[field.name]
        if field.target is None or value is None:
            continue
        if org.store.get(org.schema.get(field.target), str(value)) is None:
            msg = f"{sobject.name} {record_id}: {field.name} {value} is no {field.target}"
            raise ValueError(msg)
    derived.number(org, sobject, record)
    derived.complete(org, sobject, record)
    for field in sobject.fields.values():
        if not field.nillable and record[field.name] is None:
            msg = f"{sobject.name} {record_id}: {field.name} is required"
            raise ValueError(msg)
    org.store.put(sobject, record)


def _stored(org: Org, sobject: SObject, record_id: str) -> Record:
    record = org.store.get(sobject, record_id)
    if record is None:
        msg = f"{sobject.name} {record_id} is missing"
        raise LookupError(msg)
    return record
