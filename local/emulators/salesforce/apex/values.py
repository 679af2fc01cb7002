"""The values of running Apex.

| Apex | here |
|---|---|
| null, Boolean, Integer, Decimal | None, bool, int, decimal.Decimal |
| Long, String, Id | Long, str, Id |
| Date, Datetime, Blob | datetime.date, datetime.datetime (UTC, milliseconds), Blob |
| List, Set, Map | ApexList, ApexSet, ApexMap |
| an sObject, an object of a class, an enum constant | Record, Instance, EnumConstant |
| a platform object such as HttpRequest | a subclass of PlatformObject |

Double is not modelled, because the project does not use it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from local.emulators.salesforce.apex import types
from local.emulators.salesforce.apex.errors import Unsupported
from local.emulators.salesforce.apex.types import TypeRef
from local.emulators.salesforce.schema import SObject

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.classes import ApexClass

INTEGER_RANGE = range(-(2**31), 2**31)
LONG_RANGE = range(-(2**63), 2**63)


class Long(int):
    """A 64-bit whole number; plain `int` stands for Integer."""


class Id(str):
    """A record id of 18 characters."""

    __slots__ = ()


class Blob(bytes):
    """Binary data."""


class StoredDecimal(Decimal):
    """A number as a query returned it.

    How the platform writes one as text (`1` or `1.0`) is not documented, so turning it into
    text is not modelled; `intValue()` and arithmetic are.
    """


class PlatformObject:
    """An object of a platform class that is written in Python; `type_name` is its Apex name."""

    type_name: ClassVar[str]


class ApexList:
    """A List with the type of its elements."""

    def __init__(self, element: TypeRef, items: Iterable[Any] = ()) -> None:
        self.element = element
        self.items: list[Any] = list(items)

    @property
    def type(self) -> TypeRef:
        """`List<element>`."""
        return TypeRef("List", (self.element,))


class QueryRows(ApexList):
    """What a query returned: a list that can also be assigned to a single sObject."""


class ApexSet:
    """A Set; iterates in order of insertion, as the platform does."""

    def __init__(self, element: TypeRef, items: Iterable[Any] = ()) -> None:
        self.element = element
        self._items = {key_of(item): item for item in items}

    @property
    def type(self) -> TypeRef:
        """`Set<element>`."""
        return TypeRef("Set", (self.element,))

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._items.values()))

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, item: Any) -> bool:
        return key_of(item) in self._items

    def add(self, item: Any) -> bool:
        """Add an element; whether it was new."""
        new = item not in self
        self._items.setdefault(key_of(item), item)
        return new

    def remove(self, item: Any) -> bool:
        """Remove an element; whether it was there."""
        there = item in self
        self._items.pop(key_of(item), None)
        return there


class ApexMap:
    """A Map; iterates in order of insertion."""

    def __init__(self, key: TypeRef, value: TypeRef) -> None:
        self.key = key
        self.value = value
        self._entries: dict[Any, tuple[Any, Any]] = {}

    @property
    def type(self) -> TypeRef:
        """`Map<key, value>`."""
        return TypeRef("Map", (self.key, self.value))

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: Any) -> bool:
        return key_of(key) in self._entries

    def get(self, key: Any) -> Any:
        """The value, or None."""
        return self._entries.get(key_of(key), (None, None))[1]

    def put(self, key: Any, value: Any) -> Any:
        """Set a value; the one before it, or None."""
        before = self.get(key)
        self._entries[key_of(key)] = (key, value)
        return before

    def remove(self, key: Any) -> Any:
        """Remove an entry; its value, or None."""
        return self._entries.pop(key_of(key), (None, None))[1]

    def clear(self) -> None:
        """Remove every entry."""
        self._entries.clear()

    def pairs(self) -> list[tuple[Any, Any]]:
        """Keys and values in order of insertion."""
        return list(self._entries.values())


@dataclass(eq=False)
class Record:
    """An sObject in memory: values by lower-case field name, parents and children with them.

    `queried` says that it came from a query, so that reading a field outside it is an error;
    `changed` names the fields that code has set, which are the ones that an update writes.
    """

    sobject: SObject
    values: dict[str, Any] = field(default_factory=dict)
    queried: bool = False
    changed: set[str] = field(default_factory=set)


@dataclass(eq=False)
class Instance:
    """An object of an Apex class; values by lower-case field name."""

    cls: ApexClass
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False, frozen=True)
class EnumConstant:
    """One constant of an enum."""

    cls: ApexClass
    name: str
    ordinal: int


@dataclass(frozen=True)
class TypeValue:
    """`Type.class`."""

    type: TypeRef


def type_of(value: Any) -> TypeRef:  # noqa: PLR0911  # one line per kind of value
    """The Apex type of a value other than null."""
    if isinstance(value, bool):
        return types.BOOLEAN
    for python, apex in _SCALARS:
        if isinstance(value, python):
            return apex
    if isinstance(value, ApexList | ApexSet | ApexMap):
        return value.type
    if isinstance(value, Record):
        return TypeRef(value.sobject.name)
    if isinstance(value, Instance | EnumConstant):
        return TypeRef(value.cls.name)
    if isinstance(value, PlatformObject):
        return TypeRef(value.type_name)
    if isinstance(value, TypeValue):
        return TypeRef("Type")
    msg = f"{type(value).__name__} is no value of Apex"
    raise TypeError(msg)


# The first that fits: Long is an int, Id is a str, datetime is a date.
_SCALARS: tuple[tuple[type, TypeRef], ...] = (
    (Long, types.LONG),
    (int, types.INTEGER),
    (Decimal, types.DECIMAL),
    (Id, types.ID),
    (str, types.STRING),
    (datetime, types.DATETIME),
    (date, types.DATE),
    (Blob, types.BLOB),
)


def key_of(value: Any) -> Any:
    """What makes two elements of a Set, or two keys of a Map, the same: strings by case."""
    if isinstance(value, Record | ApexList | ApexSet | ApexMap):
        # The platform hashes their content, which may change meanwhile.
        raise Unsupported(f"{type_of(value)} as element of a Set or key of a Map")
    if isinstance(value, bool):
        return ("Boolean", value)
    if isinstance(value, Instance):
        value.cls.check_hashable()
    return value


def same(left: Any, right: Any) -> bool:
    """`==`: strings without case, objects by identity, collections by content."""
    if left is None or right is None:
        return left is right
    if isinstance(left, str) and isinstance(right, str):
        return _same_text(left, right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Instance) and isinstance(right, Instance):
        left.cls.check_hashable()
        return left is right
    return _same_content(left, right)


def _same_content(left: Any, right: Any) -> bool:
    if isinstance(left, ApexList) and isinstance(right, ApexList):
        return len(left.items) == len(right.items) and all(
            same(mine, theirs) for mine, theirs in zip(left.items, right.items, strict=True)
        )
    if isinstance(left, ApexSet) and isinstance(right, ApexSet):
        return len(left) == len(right) and all(item in right for item in left)
    if left is not right and isinstance(left, Record | ApexMap):
        raise Unsupported(f"comparison of two {type_of(left)} by content")
    return bool(left == right)


def _same_text(left: str, right: str) -> bool:
    if isinstance(left, Id) or isinstance(right, Id):
        short = 15
        if {len(left), len(right)} == {short, short + 3}:
            return left[:short] == right[:short]
        return left == right
    return left.lower() == right.lower()


def text(value: Any) -> str:
    """The value as `String.valueOf` and `+` write it; raises Unsupported where that is unsure."""
    if isinstance(value, ApexList):
        return f"({', '.join(map(text, value.items))})"
    if isinstance(value, ApexSet):
        return f"{{{', '.join(map(text, value))}}}"
    if isinstance(value, ApexMap):
        return f"{{{', '.join(f'{text(key)}={text(item)}' for key, item in value.pairs())}}}"
    return _scalar_text(value)


def _scalar_text(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, Decimal) and not isinstance(value, StoredDecimal):
        return f"{value:f}"
    if isinstance(value, EnumConstant):
        return value.name
    raise Unsupported(f"{type_of(value)} as text")
