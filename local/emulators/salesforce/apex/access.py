"""Decides what a user may see and do: objects, fields, classes and credentials.

A system administrator has full access. Another user has the profile "Minimum Access - Salesforce",
which grants nothing, and exactly what the user's permission sets grant. Required fields and system
fields need no grant (Salesforce Help, "Field Permissions"). Order products follow the permissions
on orders, and price book entries those on price books. Sharing of records is not modelled: every
user sees every record of an object.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from local.emulators.salesforce.apex.metadata import ObjectPermission, PermissionSet
from local.emulators.salesforce.schema import Field, Schema, SObject

_ALL = ObjectPermission(read=True, create=True, edit=True, delete=True)
USER_EXTERNAL_CREDENTIAL = "userexternalcredential"
# Objects without permissions of their own, and the object whose permissions count.
_PARENTS = {"orderitem": "order", "pricebookentry": "pricebook2"}
# [unverified] Optional fields that no permission set can name: lookups that a line is built on.
_ALWAYS_VISIBLE = frozenset({"order.pricebook2id", "orderitem.product2id"})
# Every user can read these through Apex, whatever the profile says.
_SETUP = frozenset({"user", "organization", "orderstatus", "profile", "permissionset"})


class Access:
    """The permissions of one user; `full` is a system administrator."""

    def __init__(self, sets: Iterable[PermissionSet] = (), *, full: bool = False) -> None:
        self.full = full
        self._sets = tuple(sets)

    def on_object(self, name: str) -> ObjectPermission:
        """The union of all grants on an object."""
        if self.full:
            return _ALL
        key = name.lower()
        if key in _PARENTS:
            parent = self.on_object(_PARENTS[key])
            return replace(parent, create=parent.edit, delete=parent.edit)
        grants = [item.objects[key] for item in self._sets if key in item.objects]
        union = ObjectPermission(
            read=any(grant.read for grant in grants),
            create=any(grant.create for grant in grants),
            edit=any(grant.edit for grant in grants),
            delete=any(grant.delete for grant in grants),
        )
        return replace(union, read=True) if key in _SETUP else union

    def can_run(self, class_name: str) -> bool:
        """Whether the user may call the class from a component or a flow."""
        return self.full or any(class_name.lower() in item.classes for item in self._sets)

    def can_use(self, principal: str) -> bool:
        """Whether the user may use a principal, named `<credential>-<principal>`."""
        return self.full or any(principal in item.principals for item in self._sets)

    def narrow(self, schema: Schema) -> Schema:
        """The part of the schema that the user can see."""
        if self.full:
            return schema
        return Schema(
            replace(
                sobject,
                fields={
                    key: field
                    for key, field in sobject.fields.items()
                    if self._readable(sobject, field)
                },
                children={},
            )
            for sobject in schema.all()
            if self.on_object(sobject.name).read
        )

    def _readable(self, sobject: SObject, field: Field) -> bool:
        path = f"{sobject.name}.{field.name}".lower()
        needs_grant = (field.custom or field.nillable) and path not in _ALWAYS_VISIBLE
        if self.full or not needs_grant or sobject.name.lower() in _SETUP:
            return True
        return any(path in item.readable for item in self._sets)


FULL = Access(full=True)
