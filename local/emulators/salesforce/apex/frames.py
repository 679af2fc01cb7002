"""The state of running code: its class, its object and its local variables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from local.emulators.salesforce.apex.classes import ApexClass
from local.emulators.salesforce.apex.errors import NotApex
from local.emulators.salesforce.apex.syntax import FieldDeclaration
from local.emulators.salesforce.apex.types import VOID, TypeRef
from local.emulators.salesforce.apex.values import Instance


@dataclass
class Variable:
    """A local variable or parameter."""

    type: TypeRef
    value: Any
    final: bool = False


@dataclass
class Frame:
    """One call; `property` is set inside the accessor of that property."""

    cls: ApexClass | None
    this: Instance | None = None
    returns: TypeRef = VOID
    property: FieldDeclaration | None = None
    scopes: list[dict[str, Variable]] = field(default_factory=lambda: [{}])

    def find(self, name: str) -> Variable | None:
        """The innermost variable of that name."""
        wanted = name.lower()
        for scope in reversed(self.scopes):
            if wanted in scope:
                return scope[wanted]
        return None

    def declare(self, name: str, variable: Variable) -> None:
        """Add a variable to the innermost scope; raises NotApex when the name is taken."""
        if self.find(name) is not None:
            raise NotApex(f"duplicate variable: {name}")
        self.scopes[-1][name.lower()] = variable


@dataclass(frozen=True)
class Namespace:
    """A dotted name that is no variable: the beginning of a type, a label or a describe."""

    path: str

    @property
    def key(self) -> str:
        """In lower case, without the namespaces System and Schema."""
        lower = self.path.lower()
        for prefix in ("system.", "schema."):
            if lower.startswith(prefix):
                return lower[len(prefix) :]
        return lower


class Returned(Exception):
    """`return` on its way out of a method."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class Broke(Exception):
    """`break` on its way out of a loop."""


class Continued(Exception):
    """`continue` on its way to the next round."""
