"""Decides which value fits which type, for assignments, overloads, casts and `instanceof`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NoReturn

from local.emulators.salesforce import ids
from local.emulators.salesforce.apex.classes import ApexClass, ClassTable
from local.emulators.salesforce.apex.errors import NotApex, Unsupported
from local.emulators.salesforce.apex.types import TypeRef
from local.emulators.salesforce.apex.values import (
    ApexList,
    ApexMap,
    ApexSet,
    EnumConstant,
    Id,
    Instance,
    Long,
    QueryRows,
    Record,
    type_of,
)
from local.emulators.salesforce.schema import Schema

Throw = Callable[[str, str], NoReturn]
_ANY = 20
# From one scalar type to others without a cast, with the distance (Apex Developer Guide,
# "Conversion of Primitive Data Types" and "Rules of Conversion").
_WIDENING = {
    "integer": {"long": 1, "decimal": 3},
    "long": {"decimal": 2},
    "string": {"id": 2},
    "id": {"string": 1},
    "date": {"datetime": 1},
}
_COLLECTIONS = frozenset({"list", "set", "map", "iterable"})
SCALARS = frozenset(
    {"boolean", "integer", "long", "decimal", "string", "id", "date", "datetime", "blob"}
)


class Conversions:
    """Checks and converts values; `schema` names the sObjects, `platform` the library's types."""

    def __init__(
        self, classes: ClassTable, schema: Callable[[], Schema], platform: frozenset[str]
    ) -> None:
        self._classes = classes
        self._schema = schema
        self._platform = platform

    def distance(self, value: Any, wanted: TypeRef, scope: ApexClass | None) -> int | None:  # noqa: PLR0911  # one line per kind of type
        """How far the value is from the type, 0 being the same; None when it does not fit."""
        key = wanted.key
        if key == "object":
            return _ANY
        if value is None:
            self.check(wanted, scope)
            return 0
        if key in SCALARS:
            have = type_of(value).key
            return 0 if have == key else _WIDENING.get(have, {}).get(key)
        if key in _COLLECTIONS:
            return self._collection(value, wanted, scope)
        cls = self._classes.find(wanted, scope)
        if cls is not None:
            return self._object(value, cls)
        if key == "sobject":
            return 1 if isinstance(value, Record) else None
        sobject = self._schema().find(key)
        if sobject is not None:
            fits = isinstance(value, Record) and value.sobject.name == sobject.name
            return 0 if fits else None
        self.check(wanted, scope)
        if isinstance(value, Instance):
            return 1 if value.cls.implements(key) else None
        return 0 if type_of(value).key == key else None

    def coerce(self, value: Any, wanted: TypeRef, scope: ApexClass | None, throw: Throw) -> Any:
        """The value as it is stored in a variable of the type; raises NotApex when it cannot be."""
        if wanted.key == "void":
            return value
        single = isinstance(value, QueryRows) and wanted.key not in _COLLECTIONS | {"object"}
        if single:
            value = one_row(value, throw)
        if self.distance(value, wanted, scope) is None:
            raise NotApex(f"illegal assignment from {type_of(value)} to {wanted}")
        return convert(value, wanted, throw)

    def cast(self, value: Any, wanted: TypeRef, scope: ApexClass | None, throw: Throw) -> Any:
        """`(Type) value`; throws System.TypeException when the value is of another type."""
        if isinstance(value, QueryRows):
            return self.coerce(value, wanted, scope, throw)
        if isinstance(value, Decimal | int) and wanted.key in {"integer", "long"}:
            # Casting a number truncates nothing that the project does; only widening is certain.
            if self.distance(value, wanted, scope) is None:
                raise Unsupported(f"cast from {type_of(value)} to {wanted}")
            return convert(value, wanted, throw)
        if self.distance(value, wanted, scope) is None:
            throw(
                "TypeException",
                f"Invalid conversion from runtime type {type_of(value)} to {wanted}",
            )
        return convert(value, wanted, throw)

    def is_instance(self, value: Any, wanted: TypeRef, scope: ApexClass | None) -> bool:
        """`value instanceof Type`; null is an instance of nothing."""
        if value is None:
            return False
        if isinstance(value, int) and not isinstance(value, bool) and wanted.key in SCALARS:
            return type_of(value).key == wanted.key
        if isinstance(value, str) and wanted.key == "id":
            return ids.normalise(value) is not None
        return self.distance(value, wanted, scope) is not None

    def qualify(self, ref: TypeRef, scope: ApexClass | None) -> TypeRef:
        """The type with the full names of its classes, so that it means the same everywhere."""
        self.check(ref, scope)
        cls = self._classes.find(ref, scope)
        name = ref.name if cls is None else cls.name
        return TypeRef(name, tuple(self.qualify(arg, scope) for arg in ref.args))

    def check(self, ref: TypeRef, scope: ApexClass | None) -> None:
        """Raise Unsupported when the type is neither of the project nor modelled."""
        for arg in ref.args:
            self.check(arg, scope)
        if ref.key in SCALARS | _COLLECTIONS | {"object", "sobject", "void", "exception"}:
            return
        known = ref.key in self._platform or self._schema().find(ref.key) is not None
        if not known and self._classes.find(ref, scope) is None:
            raise Unsupported(f"type {ref}")

    def _collection(self, value: Any, wanted: TypeRef, scope: ApexClass | None) -> int | None:
        if wanted.key == "iterable":
            elements = value.element if isinstance(value, ApexList | ApexSet) else None
            return None if elements is None else self._args((elements,), wanted.args)
        if not isinstance(value, ApexList | ApexSet | ApexMap):
            return None
        have, full = value.type, self.qualify(wanted, scope)
        if have.key != full.key or len(have.args) != len(full.args):
            return None
        # Elements of a Set and keys of a Map must be of the very type, unlike those of a List.
        exact = have.args[:1] if have.key in {"set", "map"} else ()
        for mine, theirs in zip(exact, full.args, strict=False):
            if not mine.same(theirs) and theirs.key != "object":
                return None
        return self._args(have.args, full.args)

    def _args(self, have: tuple[TypeRef, ...], wanted: tuple[TypeRef, ...]) -> int | None:
        if len(have) != len(wanted):
            return None
        fits = all(self._arg(mine, theirs) for mine, theirs in zip(have, wanted, strict=True))
        return 0 if fits else None

    def _arg(self, have: TypeRef, wanted: TypeRef) -> bool:
        """Whether a collection of `have` can stand for one of `wanted`; both have full names."""
        if wanted.key == "object" or have.same(wanted):
            return True
        if have.args and have.key == wanted.key:
            return self._args(have.args, wanted.args) is not None
        if {have.key, wanted.key} == {"string", "id"}:
            return True
        mine, theirs = self._classes.find(have, None), self._classes.find(wanted, None)
        if mine is not None and theirs is not None:
            return mine.is_a(theirs)
        either_sobject = "sobject" in {have.key, wanted.key}
        other = wanted.key if have.key == "sobject" else have.key
        return either_sobject and self._schema().find(other) is not None

    def _object(self, value: Any, cls: ApexClass) -> int | None:
        if isinstance(value, EnumConstant):
            return 0 if value.cls is cls else None
        if not isinstance(value, Instance) or not value.cls.is_a(cls):
            return None
        return 0 if value.cls is cls else 1


def convert(value: Any, wanted: TypeRef, throw: Throw) -> Any:  # noqa: PLR0911  # one line per kind
    """A fitting value in the type's own representation."""
    key = wanted.key
    if value is None or isinstance(value, bool):
        return value
    if key == "id" and not isinstance(value, Id):
        long = ids.normalise(value)
        if long is None:
            throw("StringException", f"Invalid id: {value}")
        return Id(long)
    if key == "string" and isinstance(value, Id):
        return str(value)
    if key == "long" and not isinstance(value, Long):
        return Long(value)
    if key == "decimal" and isinstance(value, int):
        return Decimal(value)
    if key == "datetime" and isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if key == "list" and isinstance(value, QueryRows):
        return ApexList(wanted.args[0] if wanted.args else value.element, value.items)
    return value


def one_row(rows: QueryRows, throw: Throw) -> Any:
    """The only row of a query that is assigned to an sObject; throws System.QueryException."""
    if not rows.items:
        throw("QueryException", "List has no rows for assignment to SObject")
    if len(rows.items) > 1:
        throw("QueryException", "List has more than 1 row for assignment to SObject")
    return rows.items[0]
