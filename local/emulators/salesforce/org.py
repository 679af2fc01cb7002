"""One Salesforce org: its schema, its records, its clock and its switches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from local.emulators.kit.clock import Clock
from local.emulators.salesforce import ids, territories
from local.emulators.salesforce.metadata import project_root, read_custom_fields
from local.emulators.salesforce.schema import Field, Schema, SObject
from local.emulators.salesforce.standard import standard_objects
from local.emulators.salesforce.store import Record, Store
from local.emulators.salesforce.switches import Switches

ORG_ID = ids.compose("00D", 1)
ADMIN_ID = ids.compose("005", 1)
STANDARD_PRICEBOOK_ID = ids.compose("01s", 1)
DEFAULT_LANGUAGE = "en_US"
_STATUS_OBJECT = "OrderStatus"
_STATUSES = {
    "Draft": "Draft",
    "Pending Review": "Draft",
    "Cancelled": "Draft",
    "Activated": "Activated",
}
_PERMISSIONS_OBJECT = "UserPermissionAccess"
_OWN_NAMES = {"externalId": "external_id"}


class Org:
    """The state that all requests share. `switches` is read at every use."""

    def __init__(
        self, clock: Clock, switches: Callable[[], Switches], project: Path | None = None
    ) -> None:
        self._clock = clock
        self._switches = switches
        self._custom = list(read_custom_fields(project or project_root()))
        self._schema_key: tuple[object, ...] | None = None
        self._schema = Schema([])
        self._full_key: tuple[bool, bool] | None = None
        self._full_schema = Schema([])
        self.store = Store()
        self.requests_used = 0
        self.clear()

    @property
    def switches(self) -> Switches:
        """The switches as they are now."""
        return self._switches()

    def now(self) -> datetime:
        """Return the org's time to the second, which is the precision of timestamps."""
        return self._clock.now().replace(microsecond=0)

    def exact_now(self) -> datetime:
        """The org's time to the millisecond, as Apex reads it."""
        now = self._clock.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    @property
    def schema(self) -> Schema:
        """Objects and fields that the integration user can see."""
        switches = self.switches
        key = (
            switches.person_accounts,
            switches.multi_currency,
            switches.state_country_picklists,
            tuple(switches.hidden_fields),
            tuple(switches.read_only_fields),
            repr(switches.changed_fields),
        )
        if key != self._schema_key:
            self._schema = _build(self._custom, switches)
            self._schema_key = key
        return self._schema

    @property
    def full_schema(self) -> Schema:
        """Every object and field of the org, whatever the integration user can see of it."""
        switches = self.switches
        key = (switches.person_accounts, switches.multi_currency)
        if key != self._full_key:
            features = Switches(person_accounts=key[0], multi_currency=key[1])
            self._full_schema = _build(self._custom, features)
            self._full_key = key
        return self._full_schema

    def check_can_restrict(self, path: str) -> None:
        """Raise ValueError unless `Object.Field` is a field whose access can be restricted."""
        object_name, _, field_name = path.partition(".")
        everything = _build(self._custom, Switches(person_accounts=True, multi_currency=True))
        sobject = everything.find(object_name)
        field = None if sobject is None else sobject.find(field_name)
        if field is None or not (field.custom or field.nillable):
            msg = f"{path} is no field, or one whose access cannot be restricted"
            raise ValueError(msg)

    def clear(self) -> None:
        """Remove all records except those that every new org has."""
        self.store = Store()
        self.requests_used = 0
        self._born("Organization", ORG_ID, Name="Portal Emulator", IsSandbox=True)
        self.add_user("admin@portal.example", ADMIN_ID)
        self._born(
            "Pricebook2",
            STANDARD_PRICEBOOK_ID,
            Name="Standard Price Book",
            IsStandard=True,
            IsActive=True,
        )
        self._born(_PERMISSIONS_OBJECT, ids.compose("0uz", 1))
        self._add_statuses(_STATUSES)
        self.store.forget_undo()

    def follow_switches(self) -> None:
        """Bring the records that switches decide up to date: statuses and permissions."""
        statuses = self.schema.get(_STATUS_OBJECT)
        known = {row["ApiName"]: row["StatusCode"] for row in self.store.records(statuses)}
        wanted = self.switches.order_statuses
        if wanted is not None and known != wanted:
            for row in list(self.store.records(statuses)):
                self.store.put(statuses, {**row, "IsDeleted": True})
            self._add_statuses(wanted)
        (permissions,) = self.store.records(self.schema.get(_PERMISSIONS_OBJECT))
        permissions.update(
            PermissionsActivateOrder=self.switches.activate_orders,
            PermissionsEditActivatedOrders=self.switches.edit_activated_orders,
            PermissionsModifyAllData=self.switches.modify_all_data,
        )

    def _add_statuses(self, statuses: Mapping[str, str]) -> None:
        for position, (name, category) in enumerate(statuses.items(), start=1):
            self._born(
                _STATUS_OBJECT,
                self.new_id(self.schema.get(_STATUS_OBJECT)),
                MasterLabel=name,
                ApiName=name,
                StatusCode=category,
                SortOrder=float(position),
                IsDefault=position == 1,
            )

    def new_id(self, sobject: SObject) -> str:
        """An id that no record has."""
        while True:
            number = self.store.next_number(f"{sobject.name}.Id")
            record_id = ids.compose(sobject.prefix, number)
            if self.store.get(sobject, record_id) is None:
                return record_id

    def add_user(
        self, username: str, record_id: str | None = None, *, language: str = DEFAULT_LANGUAGE
    ) -> str:
        """The id of the user of that name, who is created when missing."""
        user = self.schema.get("User")
        found = self.store.lookup(user, user.fields["username"], username)
        if found:
            return str(found[0]["Id"])
        record_id = record_id or self.new_id(user)
        name = username.split("@", maxsplit=1)[0]
        self._born(
            "User",
            record_id,
            Username=username,
            LastName=name,
            Name=name,
            IsActive=True,
            LanguageLocaleKey=language,
        )
        return record_id

    def order_status(self, name: str) -> Record | None:
        """The OrderStatus record of that API name; case counts for picklist values."""
        statuses = self.store.records(self.schema.get(_STATUS_OBJECT))
        return next((status for status in statuses if status["ApiName"] == name), None)

    def status_names(self) -> list[str]:
        """API names of all order statuses."""
        return [str(row["ApiName"]) for row in self.store.records(self.schema.get(_STATUS_OBJECT))]

    def audit(self, record: Record, user_id: str, *, created: bool) -> None:
        """Set the fields with the user and the time of a change."""
        now = self.now()
        if created:
            record.update(CreatedDate=now, CreatedById=user_id, IsDeleted=False)
        record.update(LastModifiedDate=now, LastModifiedById=user_id, SystemModstamp=now)

    def _born(self, name: str, record_id: str, **fields: str | bool | float) -> None:
        sobject = self.schema.get(name)
        record: Record = {field.name: field.default for field in sobject.fields.values()}
        record.update(fields, Id=record_id)
        self.audit(record, ADMIN_ID, created=True)
        self.store.put(sobject, record)


def _build(custom: Iterable[tuple[str, Field]], switches: Switches) -> Schema:
    objects = standard_objects(
        person_accounts=switches.person_accounts, multi_currency=switches.multi_currency
    )
    if switches.state_country_picklists:
        for item in objects:
            territories.add_fields(item)
    by_name = {item.name: item for item in objects}
    for object_name, field in custom:
        if object_name not in by_name:
            msg = f"{object_name}.{field.name}: the emulator has no object {object_name}"
            raise ValueError(msg)
        by_name[object_name].fields[field.name.lower()] = field
    lower = {item.name.lower(): item.fields for item in objects}
    _change(lower, switches.changed_fields)
    for object_name, field_name in _split(switches.hidden_fields):
        lower[object_name].pop(field_name, None)
    for object_name, field_name in _split(switches.read_only_fields):
        if field_name in lower[object_name]:
            fixed = replace(lower[object_name][field_name], createable=False, updateable=False)
            lower[object_name][field_name] = fixed
    return Schema(objects)


def _change(
    fields: Mapping[str, dict[str, Field]], changed: Mapping[str, Mapping[str, Any]]
) -> None:
    for path, changes in changed.items():
        for object_name, field_name in _split([path]):
            if field_name in fields[object_name]:
                field = fields[object_name][field_name]
                fields[object_name][field_name] = _changed(field, changes)


def _changed(field: Field, changes: Mapping[str, Any]) -> Field:
    names = {_OWN_NAMES.get(name, name): value for name, value in changes.items()}
    if "values" in names:
        names["values"] = tuple(names["values"])
    return replace(field, **names)


def _split(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    for path in paths:
        object_name, _, field_name = path.lower().partition(".")
        yield object_name, field_name
