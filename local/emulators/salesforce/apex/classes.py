"""Finds the classes of a project and the platform's exceptions by their names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from local.emulators.salesforce.apex.errors import NotApex, Unsupported
from local.emulators.salesforce.apex.syntax import (
    ClassDeclaration,
    FieldDeclaration,
    Method,
)
from local.emulators.salesforce.apex.types import TypeRef

_EXCEPTION = "Exception"
# Apex Reference Guide, "Exception Class and Built-In Exceptions".
_EXCEPTIONS = (
    "AssertException",
    "AuraHandledException",
    "CalloutException",
    "DmlException",
    "IllegalArgumentException",
    "InvalidParameterValueException",
    "JSONException",
    "ListException",
    "MathException",
    "NoAccessException",
    "NoDataFoundException",
    "NullPointerException",
    "QueryException",
    "RequiredFeatureMissingException",
    "SecurityException",
    "SerializationException",
    "SObjectException",
    "StringException",
    "TypeException",
)


class ApexClass:
    """A class, interface or enum; `declaration` is None for a built-in exception."""

    def __init__(
        self,
        name: str,
        declaration: ClassDeclaration | None,
        outer: ApexClass | None,
        table: ClassTable,
    ) -> None:
        self.simple_name = name
        self.declaration = declaration
        self.outer = outer
        self._table = table
        declared = () if declaration is None else declaration.inner
        self.inner = {
            item.name.lower(): ApexClass(item.name, item, self, table) for item in declared
        }

    @property
    def name(self) -> str:
        """As the platform shows it: `Outer.Inner`."""
        return self.simple_name if self.outer is None else f"{self.outer.name}.{self.simple_name}"

    @property
    def top(self) -> ApexClass:
        """The class that a file is named after."""
        return self if self.outer is None else self.outer.top

    @property
    def is_test(self) -> bool:
        """Whether it is, or is inside, a class with `@IsTest`."""
        declaration = self.top.declaration
        return declaration is not None and declaration.annotation("istest") is not None

    @property
    def parent(self) -> ApexClass | None:
        """The class that it extends; raises NotApex when that does not exist."""
        if self.declaration is None:
            return None if self.simple_name == _EXCEPTION else self._table.exception(_EXCEPTION)
        if self.declaration.parent is None:
            return None
        found = self._table.find(self.declaration.parent, self.outer)
        if found is None:
            raise NotApex(f"invalid type: {self.declaration.parent}", self.declaration.place)
        return found

    def lineage(self) -> Iterator[ApexClass]:
        """The class, its parent, and so on."""
        current: ApexClass | None = self
        while current is not None:
            yield current
            current = current.parent

    def scopes(self) -> Iterator[ApexClass]:
        """The class and the classes around it."""
        current: ApexClass | None = self
        while current is not None:
            yield current
            current = current.outer

    def is_a(self, other: ApexClass) -> bool:
        """Whether an object of this class is one of `other`, a class or interface."""
        for cls in self.lineage():
            if cls is other:
                return True
            for interface in cls._interfaces():
                found = self._table.find(interface, cls)
                if found is not None and found.is_a(other):
                    return True
        return False

    def implements(self, interface: str) -> bool:
        """Whether it implements a platform interface, given in lower case."""
        return any(item.key == interface for cls in self.lineage() for item in cls._interfaces())

    def is_exception(self) -> bool:
        """Whether it can be thrown."""
        return any(cls.declaration is None for cls in self.lineage())

    def field(self, name: str) -> tuple[ApexClass, FieldDeclaration] | None:
        """A field or property of the class or an ancestor."""
        wanted = name.lower()
        for cls in self.lineage():
            if cls.declaration is not None:
                for item in cls.declaration.fields:
                    if item.name.lower() == wanted:
                        return cls, item
        return None

    def methods(self, name: str, count: int) -> list[tuple[ApexClass, Method]]:
        """The methods of that name and number of parameters, the most derived first."""
        wanted = name.lower()
        return [
            (cls, item)
            for cls in self.lineage()
            if cls.declaration is not None
            for item in cls.declaration.methods
            if item.name.lower() == wanted and len(item.parameters) == count
        ]

    def check_hashable(self) -> None:
        """Raise Unsupported when the class defines its own equality."""
        if self.methods("equals", 1) or self.methods("hashCode", 0):
            raise Unsupported(f"{self.name} with equality of its own")

    def _interfaces(self) -> tuple[TypeRef, ...]:
        return () if self.declaration is None else self.declaration.interfaces


class ClassTable:
    """All classes, by name without regard to case."""

    def __init__(self, declarations: Iterable[ClassDeclaration] = ()) -> None:
        names = (_EXCEPTION, *_EXCEPTIONS)
        self._exceptions = {name.lower(): ApexClass(name, None, None, self) for name in names}
        self._classes = {
            item.name.lower(): ApexClass(item.name, item, None, self) for item in declarations
        }

    def all(self) -> list[ApexClass]:
        """The project's top-level classes."""
        return list(self._classes.values())

    def exception(self, name: str) -> ApexClass:
        """A built-in exception by its simple name."""
        return self._exceptions[name.lower()]

    def get(self, name: str) -> ApexClass | None:
        """A top-level class of the project."""
        return self._classes.get(name.lower())

    def find(self, ref: TypeRef, scope: ApexClass | None) -> ApexClass | None:
        """The class that a name means inside `scope`; None when it is no class."""
        if ref.args:
            return None
        if ref.name.lower().startswith("system."):
            return self._exceptions.get(ref.key)
        first, *rest = ref.key.split(".")
        found = self._first(first, scope)
        for part in rest:
            found = None if found is None else found.inner.get(part)
        return found

    def _first(self, name: str, scope: ApexClass | None) -> ApexClass | None:
        for cls in () if scope is None else scope.scopes():
            if cls.simple_name.lower() == name:
                return cls
            for ancestor in cls.lineage():
                if name in ancestor.inner:
                    return ancestor.inner[name]
        return self._classes.get(name) or self._exceptions.get(name)
