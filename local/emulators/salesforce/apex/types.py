"""Type names, as Apex source writes them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from local.emulators.salesforce.apex.errors import NotApex

_NAMESPACES = ("system.", "schema.")


@dataclass(frozen=True)
class TypeRef:
    """A type as written, such as `Map<Id, List<Order>>`; names are compared without case."""

    name: str
    args: tuple[TypeRef, ...] = ()

    @cached_property
    def key(self) -> str:
        """The name for look-ups: lower case, without the namespaces System and Schema."""
        lower = self.name.lower()
        for namespace in _NAMESPACES:
            if lower.startswith(namespace):
                return lower[len(namespace) :]
        return lower

    def same(self, other: TypeRef) -> bool:
        """Whether both name the same type."""
        return (
            self.key == other.key
            and len(self.args) == len(other.args)
            and all(mine.same(theirs) for mine, theirs in zip(self.args, other.args, strict=True))
        )

    def __str__(self) -> str:
        if not self.args:
            return self.name
        return f"{self.name}<{', '.join(map(str, self.args))}>"


OBJECT = TypeRef("Object")
STRING = TypeRef("String")
ID = TypeRef("Id")
INTEGER = TypeRef("Integer")
LONG = TypeRef("Long")
DECIMAL = TypeRef("Decimal")
BOOLEAN = TypeRef("Boolean")
DATE = TypeRef("Date")
DATETIME = TypeRef("Datetime")
BLOB = TypeRef("Blob")
SOBJECT = TypeRef("SObject")
VOID = TypeRef("void")


def parse_type(text: str) -> TypeRef:
    """The type that `text` names; raises NotApex when it is none."""
    ref, rest = _parse(text.strip())
    if rest:
        raise NotApex(f"type {text!r}")
    return ref


def _parse(text: str) -> tuple[TypeRef, str]:
    end = 0
    while end < len(text) and (text[end].isalnum() or text[end] in "_."):
        end += 1
    name, rest = text[:end], text[end:].lstrip()
    if not name:
        raise NotApex(f"type {text!r}")
    args: list[TypeRef] = []
    if rest.startswith("<"):
        while True:
            arg, rest = _parse(rest[1:].lstrip())
            args.append(arg)
            if not rest.startswith(","):
                break
        if not rest.startswith(">"):
            raise NotApex(f"type {text!r}")
        rest = rest[1:].lstrip()
    ref = TypeRef(name, tuple(args))
    while rest.startswith("[]"):
        ref, rest = TypeRef("List", (ref,)), rest[2:].lstrip()
    return ref, rest
