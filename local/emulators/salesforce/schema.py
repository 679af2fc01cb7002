"""The schema of the org's objects: fields, types, limits and relationships."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

FieldType = Literal[
    "id",
    "string",
    "textarea",
    "picklist",
    "multipicklist",
    "boolean",
    "double",
    "currency",
    "percent",
    "int",
    "date",
    "datetime",
    "reference",
    "url",
    "email",
    "phone",
]
TEXT_TYPES = frozenset(
    {"string", "textarea", "picklist", "multipicklist", "url", "email", "phone"},
)
NUMBER_TYPES = frozenset({"double", "currency", "percent", "int"})
LONG_TEXT = 255


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field, in the terms of a describe call (`nillable`, `createable`, …)."""

    name: str
    label: str
    type: FieldType
    length: int = 0
    precision: int = 18
    scale: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    custom: bool = False
    unique: bool = False
    external_id: bool = False
    case_sensitive: bool = False
    restricted: bool = False
    values: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    controller: str | None = None
    valid_for: tuple[frozenset[int], ...] = ()
    default: str | bool | float | None = None
    target: str | None = None
    relationship: str | None = None
    children: str | None = None
    calculated: bool = False
    auto_number: bool = False

    @property
    def filterable(self) -> bool:
        """Long text areas can be neither filtered nor sorted nor grouped."""
        return not (self.type == "textarea" and self.length > LONG_TEXT)

    @property
    def indexed(self) -> bool:
        """Whether the store keeps an index for it."""
        return self.unique or self.external_id or self.type == "reference"

    @property
    def key(self) -> bool:
        """Whether records can be addressed by it in a URL."""
        return self.external_id or self.type == "id"


@dataclass(frozen=True)
class Child:
    """A child relationship: `Order.OrderItems` is OrderItem by its OrderId."""

    name: str
    object_name: str
    field_name: str


@dataclass(kw_only=True)
class SObject:
    """One object; fields are found by name without regard to case."""

    name: str
    label: str
    plural: str
    prefix: str
    fields: dict[str, Field] = field(default_factory=dict)
    children: dict[str, Child] = field(default_factory=dict)
    createable: bool = True
    updateable: bool = True
    deletable: bool = True

    def find(self, name: str) -> Field | None:
        """A field by name."""
        return self.fields.get(name.lower())

    def find_reference(self, relationship: str) -> Field | None:
        """The reference field whose parent is called `relationship`."""
        wanted = relationship.lower()
        for item in self.fields.values():
            if item.relationship is not None and item.relationship.lower() == wanted:
                return item
        return None

    def find_child(self, relationship: str) -> Child | None:
        """A child relationship by name."""
        return self.children.get(relationship.lower())


class Schema:
    """All objects, found by name without regard to case, or by key prefix."""

    def __init__(self, objects: Iterable[SObject]) -> None:
        self._objects = {item.name.lower(): item for item in objects}
        self._prefixes = {item.prefix: item for item in self._objects.values()}
        for item in self._objects.values():
            for reference in item.fields.values():
                self._link(item, reference)

    def _link(self, item: SObject, reference: Field) -> None:
        if reference.target is None or reference.children is None:
            return
        parent = self._objects.get(reference.target.lower())
        if parent is not None:
            child = Child(reference.children, item.name, reference.name)
            parent.children[child.name.lower()] = child

    def find(self, name: str) -> SObject | None:
        """An object by API name."""
        return self._objects.get(name.lower())

    def get(self, name: str) -> SObject:
        """An object that is known to exist; KeyError otherwise."""
        return self._objects[name.lower()]

    def by_id(self, record_id: str) -> SObject | None:
        """The object that an id's key prefix belongs to."""
        return self._prefixes.get(record_id[:3])

    def all(self) -> list[SObject]:
        """Every object, by name."""
        return sorted(self._objects.values(), key=lambda item: item.name)
