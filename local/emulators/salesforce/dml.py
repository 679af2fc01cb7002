"""Writing records as a user: insert, update, upsert, delete, with every check on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from local.emulators.salesforce import derived, ids, rules, values
from local.emulators.salesforce.errors import ApiError, DmlError, deleted, not_found
from local.emulators.salesforce.org import Org
from local.emulators.salesforce.schema import Field, SObject
from local.emulators.salesforce.store import Record

Body = Mapping[str, Any]
_ATTRIBUTES = "attributes"


class Dml:
    """The four operations, in the name of one user. Each is all or nothing."""

    def __init__(self, org: Org, user_id: str) -> None:
        self._org = org
        self._user_id = user_id

    def insert(self, sobject: SObject, body: Body) -> str:
        """Create a record and return its id; raises ApiError."""
        if not sobject.createable:
            raise ApiError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type {sobject.name}")
        given = self._parse(sobject, body)
        if "Id" in given:
            raise DmlError(
                "INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", "Id"
            )
        _refuse_unwritable([field for field in _fields(sobject, given) if not field.createable])
        after: Record = {field.name: field.default for field in sobject.fields.values()}
        after.update(given)
        if "ownerid" in sobject.fields and after["OwnerId"] is None:
            after["OwnerId"] = self._user_id
        after["Id"] = ""
        self._org.audit(after, self._user_id, created=True)
        change = rules.Change(self._org, self._user_id, None, after, frozenset(given))
        with self._org.store.savepoint():
            self._write(sobject, change)
        return str(after["Id"])

    def update(self, sobject: SObject, record_id: str, body: Body) -> None:
        """Change some fields of a record; raises ApiError (404 when it does not exist)."""
        before = self.existing(sobject, record_id)
        given = self._parse(sobject, body)
        if "Id" in given:
            raise _key_in_body("Id")
        _refuse_unwritable([field for field in _fields(sobject, given) if not field.updateable])
        after = {**before, **given}
        self._org.audit(after, self._user_id, created=False)
        changed = frozenset(name for name in given if before.get(name) != given[name])
        change = rules.Change(self._org, self._user_id, before, after, changed)
        with self._org.store.savepoint():
            self._write(sobject, change)

    def upsert(self, sobject: SObject, key: Field, value: str, body: Body) -> tuple[str, bool]:
        """Update the record with that key, or create it: `(id, created)`; raises ApiError.

        Raises `AmbiguousKeyError` when several records have the key.
        """
        if any(name.lower() == key.name.lower() for name in body):
            raise _key_in_body(key.name)
        found = self.by_key(sobject, key, value)
        if len(found) > 1:
            raise AmbiguousKeyError([str(record["Id"]) for record in found])
        if found:
            self.update(sobject, str(found[0]["Id"]), body)
            return str(found[0]["Id"]), False
        return self.insert(sobject, {**body, key.name: value}), True

    def delete(self, sobject: SObject, record_id: str) -> None:
        """Move a record, and an order's items with it, to the recycle bin; raises ApiError."""
        record = self.existing(sobject, record_id)
        if not sobject.deletable:
            raise ApiError("INSUFFICIENT_ACCESS_OR_READONLY", f"entity type {sobject.name}")
        self._lock(sobject, record)
        rules.check_delete(sobject.name, self._org, record)
        with self._org.store.savepoint():
            self._bin(sobject, record)
            if sobject.name == "Order":
                items = self._org.schema.get("OrderItem")
                owner = items.fields["orderid"]
                for item in self._org.store.lookup(items, owner, record["Id"]):
                    self._bin(items, item)

    def existing(self, sobject: SObject, record_id: str) -> Record:
        """A live record by id; raises ApiError as Salesforce does for the others."""
        long = ids.normalise(record_id)
        if long is None or not long.startswith(sobject.prefix):
            raise not_found(
                f"Provided external ID field does not exist or is not accessible: {record_id}"
            )
        record = self._org.store.get(sobject, long)
        if record is None:
            raise not_found()
        if record["IsDeleted"]:
            raise deleted()
        return record

    def by_key(self, sobject: SObject, key: Field, value: str) -> list[Record]:
        """Live records by an external id (or the record id) given as text."""
        return self._org.store.lookup(sobject, key, values.accept(key, value))

    def _bin(self, sobject: SObject, record: Record) -> None:
        after: Record = {**record, "IsDeleted": True}
        self._org.audit(after, self._user_id, created=False)
        self._org.store.put(sobject, after)
        derived.spread(self._org, sobject, after)

    def _parse(self, sobject: SObject, body: Body) -> Record:
        given: Record = {}
        for name, raw in body.items():
            field = sobject.find(name)
            if name == _ATTRIBUTES:
                continue
            if field is None:
                reference, value = self._by_foreign_key(sobject, name, raw)
                given[reference.name] = value
            else:
                given[field.name] = values.accept(field, raw)
        return given

    def _by_foreign_key(self, sobject: SObject, name: str, raw: Any) -> tuple[Field, str]:
        """`"Account": {"Customer_Number__c": "1"}` in place of an AccountId."""
        reference = sobject.find_reference(name)
        if reference is None or not isinstance(raw, dict):
            raise ApiError(
                "INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}"
            )
        parent = self._org.schema.get(str(reference.target))
        keys = {key: value for key, value in raw.items() if key != _ATTRIBUTES}
        key_name, value = next(iter(keys.items()), ("", None))
        key = parent.find(key_name)
        if key is None or not key.key or len(keys) != 1:
            raise DmlError(
                "INVALID_FIELD", f"{name}: exactly one external id of {parent.name} is needed"
            )
        found = self.by_key(parent, key, str(value))
        if len(found) != 1:
            raise DmlError(
                "INVALID_FIELD",
                f"Foreign key external ID: {value} not found for field {key.name} "
                f"in entity {parent.name}",
            )
        return reference, str(found[0]["Id"])

    def _write(self, sobject: SObject, change: rules.Change) -> None:
        after = change.after
        _require(sobject, change)
        self._check_references(sobject, change)
        self._lock(sobject, change.before or after)
        rules.check_write(sobject.name, change)
        self._check_unique(sobject, after, change.changed)
        if change.before is None:
            after["Id"] = self._org.new_id(sobject)
            derived.number(self._org, sobject, after)
        derived.complete(self._org, sobject, after)
        self._org.store.put(sobject, after)
        derived.spread(self._org, sobject, after)

    def _check_references(self, sobject: SObject, change: rules.Change) -> None:
        for field in _fields(sobject, change.changed):
            value = change.after[field.name]
            if field.target is None or value is None:
                continue
            parent = self._org.schema.get(field.target)
            if not str(value).startswith(parent.prefix):
                raise values.malformed_id(field, value)
            record = self._org.store.get(parent, str(value))
            if record is None:
                raise DmlError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
            if record["IsDeleted"]:
                raise DmlError("ENTITY_IS_DELETED", "entity is deleted")

    def _check_unique(self, sobject: SObject, after: Record, changed: Iterable[str]) -> None:
        for field in _fields(sobject, changed):
            value = after[field.name]
            if not field.unique or value is None:
                continue
            for other in self._org.store.lookup(sobject, field, value):
                if other["Id"] != after["Id"]:
                    raise DmlError(
                        "DUPLICATE_VALUE",
                        f"duplicate value found: {field.name} duplicates value on record "
                        f"with id: {str(other['Id'])[: ids.SHORT]}",
                    )

    def _lock(self, sobject: SObject, record: Record) -> None:
        switches = self._org.switches
        if switches.read_only:
            raise DmlError(
                "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE",
                "Updates can't be made during maintenance. Try again when maintenance is complete.",
            )
        left = switches.lock_row_writes.get(sobject.name, 0)
        if left > 0:
            switches.lock_row_writes = {**switches.lock_row_writes, sobject.name: left - 1}
            raise _locked(switches.lock_met_in, sobject.name, str(record["Id"] or "1 records"))


def _locked(where: str, name: str, what: str) -> DmlError:
    """Return the error for a locked record, with the texts reported in dlrs issue 1241."""
    message = f"unable to obtain exclusive access to this record: {what}"
    if where == "record":
        return DmlError("UNABLE_TO_LOCK_ROW", message)
    inner = f"first error: UNABLE_TO_LOCK_ROW, {message}: []"
    if where == "trigger":
        return DmlError(
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
            f"{name}Trigger: execution of AfterUpdate\n\ncaused by: System.DmlException: Update "
            f"failed. First exception on row 0; {inner}\n\nTrigger.{name}Trigger: line 7, "
            "column 1",
        )
    if where == "flow":
        return DmlError(
            "CANNOT_EXECUTE_FLOW_TRIGGER",
            "We can't save this record because the flow failed. The flow tried to update these "
            f"records: null. This error occurred: UNABLE_TO_LOCK_ROW: {message}. You can look up "
            "ExceptionCode values in the SOAP API Developer Guide.",
        )
    return DmlError(
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "Record Currently Unavailable: The record you are attempting to edit, or one of its "
        "related records, is currently being modified by another user. Please try again.",
    )


class AmbiguousKeyError(Exception):
    """Several records have the external id; `ids` are theirs."""

    def __init__(self, record_ids: list[str]) -> None:
        super().__init__(", ".join(record_ids))
        self.ids = record_ids


def _fields(sobject: SObject, names: Iterable[str]) -> list[Field]:
    wanted = set(names)
    return [field for field in sobject.fields.values() if field.name in wanted]


def _refuse_unwritable(fields: list[Field]) -> None:
    if fields:
        names = ", ".join(field.name for field in fields)
        raise DmlError(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Unable to create/update fields: {names}. Please check the security settings of "
            "this field and verify that it is read/write for your profile or permission set.",
            *(field.name for field in fields),
        )


def _require(sobject: SObject, change: rules.Change) -> None:
    missing = [
        field.name
        for field in sobject.fields.values()
        if not field.nillable and field.createable and change.after.get(field.name) is None
    ]
    if sobject.name == "Account" and change.after.get("LastName"):
        missing = [name for name in missing if name != "Name"]
    if missing:
        raise DmlError(
            "REQUIRED_FIELD_MISSING",
            f"Required fields are missing: [{', '.join(missing)}]",
            *missing,
        )


def _key_in_body(name: str) -> ApiError:
    return ApiError(
        "INVALID_FIELD", f"The {name} field should not be specified in the sobject data."
    )
