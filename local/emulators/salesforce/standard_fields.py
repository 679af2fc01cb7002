"""Short spellings for the table of standard fields."""

from __future__ import annotations

from typing import Any

from local.emulators.salesforce.schema import Field, FieldType, SObject

READ_ONLY: dict[str, Any] = {"createable": False, "updateable": False}
CREATE_ONLY: dict[str, Any] = {"updateable": False}
REQUIRED: dict[str, Any] = {"nillable": False}
_ADDRESS: tuple[tuple[str, FieldType, int], ...] = (
    ("Street", "textarea", 255),
    ("City", "string", 40),
    ("State", "string", 80),
    ("PostalCode", "string", 20),
    ("Country", "string", 80),
)


def _label(name: str) -> str:
    words = "".join(f" {char}" if char.isupper() else char for char in name).strip()
    return words.removesuffix(" Id") + " ID" if words.endswith(" Id") else words


def _make(name: str, kind: FieldType, base: dict[str, Any], more: dict[str, Any]) -> Field:
    details: dict[str, Any] = {"name": name, "label": _label(name), "type": kind}
    return Field(**(details | base | more))


def text(name: str, length: int = 255, **more: Any) -> Field:
    """Single-line text."""
    return _make(name, "string", {"length": length}, more)


def area(name: str, length: int = 32_000, **more: Any) -> Field:
    """Multi-line text; above 255 characters it cannot be filtered."""
    return _make(name, "textarea", {"length": length}, more)


def email(name: str) -> Field:
    """An e-mail address."""
    return _make(name, "email", {"length": 80}, {})


def phone(name: str) -> Field:
    """A telephone number, free form."""
    return _make(name, "phone", {"length": 40}, {})


def pick(name: str, *values: str, **more: Any) -> Field:
    """A picklist; standard ones accept other values unless `restricted`."""
    return _make(name, "picklist", {"length": 255, "values": values}, more)


def flag(name: str, **more: Any) -> Field:
    """A checkbox; never null."""
    return _make(name, "boolean", {"nillable": False, "default": False}, more)


def money(name: str, **more: Any) -> Field:
    """Currency with two decimals."""
    return _make(name, "currency", {"scale": 2}, more)


def number(name: str, scale: int = 2, **more: Any) -> Field:
    """A double."""
    return _make(name, "double", {"scale": scale}, more)


def whole(name: str, **more: Any) -> Field:
    """A standard integer."""
    return _make(name, "int", {"precision": 9}, more)


def date(name: str, **more: Any) -> Field:
    """A calendar date."""
    return _make(name, "date", {}, more)


def moment(name: str, **more: Any) -> Field:
    """A date and time."""
    return _make(name, "datetime", {}, more)


def ref(name: str, target: str, children: str | None = None, **more: Any) -> Field:
    """A reference to one object; `children` names the way back."""
    base = {
        "length": 18,
        "target": target,
        "relationship": name.removesuffix("Id"),
        "children": children,
    }
    return _make(name, "reference", base, more)


def address(prefix: str) -> list[Field]:
    """The five parts of a compound address."""
    return [
        text(f"{prefix}{part}", length, type=kind, label=f"{prefix} {part}")
        for part, kind, length in _ADDRESS
    ]


def _system() -> list[Field]:
    return [
        flag("IsDeleted", **READ_ONLY),
        moment("CreatedDate", nillable=False, **READ_ONLY),
        ref("CreatedById", "User", nillable=False, **READ_ONLY),
        moment("LastModifiedDate", nillable=False, **READ_ONLY),
        ref("LastModifiedById", "User", nillable=False, **READ_ONLY),
        moment("SystemModstamp", nillable=False, **READ_ONLY),
    ]


def sobject(name: str, prefix: str, fields: list[Field], **more: Any) -> SObject:
    """An object with its id, the given fields and the system fields."""
    record_id = Field(
        name="Id", label=f"{name} ID", type="id", length=18, nillable=False, **READ_ONLY
    )
    everything = [record_id, *fields, *_system()]
    return SObject(
        name=name,
        label=more.pop("label", name),
        plural=more.pop("plural", f"{name}s"),
        prefix=prefix,
        fields={item.name.lower(): item for item in everything},
        **more,
    )
