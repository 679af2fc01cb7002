"""Reads the portal's needs of a Salesforce org from the deployed project in `salesforce/`.

The permission set Portal_Integration lists every field that the portal reads or writes, and the
field files describe them. A test compares the permission set with the code.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ops.salesforce_project.paths import PROJECT
from ops.salesforce_project.sources import Document, child_text

PERMISSION_SET = "Portal_Integration"
# Metadata API, CustomField.type → REST API, describe: fields[].type.
DESCRIBED = {
    "Checkbox": "boolean",
    "Currency": "currency",
    "Date": "date",
    "DateTime": "datetime",
    "Email": "email",
    "LongTextArea": "textarea",
    "MultiselectPicklist": "multipicklist",
    "Number": "double",
    "Phone": "phone",
    "Picklist": "picklist",
    "Text": "string",
    "TextArea": "textarea",
    "Url": "url",
}
# Other types of a field that also suit the portal's values.
ALSO_FITS = {"string": {"picklist", "url", "textarea"}, "picklist": {"string"}, "double": {"int"}}
# Compound fields are described by their parts.
COMPOUND = {"BillingAddress": ("BillingStreet", "BillingCity", "BillingPostalCode")}
# Fields whose names an org may choose, by the setting that names each.
CHOSEN = {
    "Account.Customer_Number__c": "SALESFORCE_CUSTOMER_NUMBER_FIELD",
    "Account.Portal_Dwelling__c": "SALESFORCE_DWELLING_FIELD",
    "Account.Portal_Tier__c": "SALESFORCE_TIER_FIELD",
    "Account.Portal_Region__c": "SALESFORCE_REGION_FIELD",
}
EMAIL_SETTING = "SALESFORCE_ACCOUNT_EMAIL_FIELD"


@dataclass(frozen=True, kw_only=True)
class NeededField:
    """A field that the portal needs.

    `type` is that of a describe call, or "" for any type. `length` is the least needed length, or 0
    for any. `values` are the picklist values that the portal uses.
    """

    sobject: str
    name: str
    written: bool
    type: str = ""
    length: int = 0
    unique: bool = False
    external_id: bool = False
    values: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class NeededObject:
    """An object that the portal reads, and whether it creates or edits its records."""

    name: str
    creates: bool
    edits: bool


@functools.cache
def needed_objects(project: Path = PROJECT) -> tuple[NeededObject, ...]:
    """Return the objects of the permission set, and those whose access follows from them."""
    document = _permission_set(project)
    listed = [
        NeededObject(
            name=child_text(entry, "object"),
            creates=child_text(entry, "allowCreate") == "true",
            edits=child_text(entry, "allowEdit") == "true",
        )
        for entry in document.elements("objectPermissions")
    ]
    order = next(item for item in listed if item.name == "Order")
    # Access to order products follows from the order, to prices from the price book.
    lines = NeededObject(name="OrderItem", creates=order.creates, edits=order.edits)
    return (*listed, lines, NeededObject(name="PricebookEntry", creates=False, edits=False))


def needed_fields(settings: Mapping[str, str], project: Path = PROJECT) -> tuple[NeededField, ...]:
    """Return all fields that the portal reads or writes, by their names in this stage."""
    document = _permission_set(project)
    found = []
    for entry in document.elements("fieldPermissions"):
        path = child_text(entry, "field")
        written = child_text(entry, "editable") == "true"
        found += [
            _needed(part, settings, written=written, project=project) for part in _parts(path)
        ]
    email = settings.get(EMAIL_SETTING, "")
    if email:
        found.append(NeededField(sobject="Account", name=email, written=False))
    return tuple(found)


def _parts(path: str) -> list[str]:
    sobject, _, name = path.partition(".")
    return [f"{sobject}.{part}" for part in COMPOUND.get(name, (name,))]


def _needed(path: str, settings: Mapping[str, str], *, written: bool, project: Path) -> NeededField:
    sobject, _, name = path.partition(".")
    chosen = settings.get(CHOSEN.get(path, ""), "") or name
    document = _field(sobject, name, project)
    if document is None:
        return NeededField(sobject=sobject, name=chosen, written=written)
    return NeededField(
        sobject=sobject,
        name=chosen,
        written=written,
        type=DESCRIBED.get(document.text("type"), ""),
        length=int(document.text("length") or 0),
        unique=document.text("unique") == "true",
        external_id=document.text("externalId") == "true",
        values=tuple(document.texts("valueSet/valueSetDefinition/value/fullName")),
    )


@functools.cache
def _field(sobject: str, name: str, project: Path) -> Document | None:
    file = project / f"force-app/main/default/objects/{sobject}/fields/{name}.field-meta.xml"
    return Document(file) if file.is_file() else None


@functools.cache
def _permission_set(project: Path) -> Document:
    folder = project / "force-app/main/default/permissionsets"
    return Document(folder / f"{PERMISSION_SET}.permissionset-meta.xml")
