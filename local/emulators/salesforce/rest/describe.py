"""`/sobjects` and `/sobjects/X/describe`."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from local.emulators.salesforce.schema import NUMBER_TYPES, Field, Schema, SObject

_SOAP_TYPES = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "int": "xsd:int",
}


def describe_global(schema: Schema, version: str) -> dict[str, Any]:
    """Every object, briefly."""
    return {
        "encoding": "UTF-8",
        "maxBatchSize": 200,
        "sobjects": [_brief(item, version) for item in schema.all()],
    }


def basic(sobject: SObject, version: str) -> dict[str, Any]:
    """GET /sobjects/X."""
    return {"objectDescribe": _brief(sobject, version), "recentItems": []}


def describe(sobject: SObject, version: str, statuses: Iterable[str]) -> dict[str, Any]:
    """GET /sobjects/X/describe; `statuses` are the values of Order.Status."""
    children = [
        {
            "childSObject": child.object_name,
            "field": child.field_name,
            "relationshipName": child.name,
            "cascadeDelete": child.name == "OrderItems",
        }
        for child in sobject.children.values()
    ]
    fields = [
        replace(item, values=tuple(statuses))
        if (sobject.name, item.name) == ("Order", "Status")
        else item
        for item in sobject.fields.values()
    ]
    return {
        **_brief(sobject, version),
        "childRelationships": children,
        "fields": [_field(item) for item in fields],
        "recordTypeInfos": [],
    }


def _brief(sobject: SObject, version: str) -> dict[str, Any]:
    base = f"/services/data/v{version}/sobjects/{sobject.name}"
    return {
        "name": sobject.name,
        "label": sobject.label,
        "labelPlural": sobject.plural,
        "keyPrefix": sobject.prefix,
        "custom": False,
        "queryable": True,
        "retrieveable": True,
        "createable": sobject.createable,
        "updateable": sobject.updateable,
        "deletable": sobject.deletable,
        "urls": {
            "sobject": base,
            "describe": f"{base}/describe",
            "rowTemplate": f"{base}/{{ID}}",
        },
    }


def _field(field: Field) -> dict[str, Any]:
    text_like = field.type not in NUMBER_TYPES | {"boolean", "date", "datetime"}
    soap = "xsd:string" if text_like else "xsd:double"
    return {
        "name": field.name,
        "label": field.label,
        "type": field.type,
        "soapType": _SOAP_TYPES.get(field.type, soap),
        "length": field.length,
        "byteLength": field.length * 3,
        "precision": field.precision if field.type in NUMBER_TYPES - {"int"} else 0,
        "scale": field.scale,
        "digits": field.precision if field.type == "int" else 0,
        "nillable": field.nillable,
        "createable": field.createable,
        "updateable": field.updateable,
        "custom": field.custom,
        "unique": field.unique,
        "externalId": field.external_id,
        "caseSensitive": field.case_sensitive,
        "idLookup": field.key,
        "filterable": field.filterable,
        "sortable": field.filterable,
        "groupable": field.filterable and field.type not in {"double", "currency", "datetime"},
        "calculated": field.calculated,
        "autoNumber": field.auto_number,
        "defaultedOnCreate": field.default is not None or field.name == "OwnerId",
        "defaultValue": field.default,
        "restrictedPicklist": field.restricted,
        "controllerName": field.controller,
        "dependentPicklist": field.controller is not None,
        "picklistValues": _choices(field),
        "referenceTo": [] if field.target is None else [field.target],
        "relationshipName": field.relationship,
        "extraTypeInfo": None if field.filterable else "plaintextarea",
    }


def _choices(field: Field) -> list[dict[str, Any]]:
    return [
        {
            "active": True,
            "defaultValue": value == field.default,
            "label": field.labels[index] if field.labels else value,
            "validFor": _bitmap(field.valid_for[index]) if field.valid_for else None,
            "value": value,
        }
        for index, value in enumerate(field.values)
    ]


def _bitmap(indices: Iterable[int]) -> str:
    """Return `validFor`, whose bit n from the left is the controller's value n (REST guide)."""
    wanted = set(indices)
    size = max(wanted, default=0) // 8 + 1
    data = bytes(
        sum(0x80 >> bit for bit in range(8) if 8 * number + bit in wanted) for number in range(size)
    )
    return base64.b64encode(data).decode()
