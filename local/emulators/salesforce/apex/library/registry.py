"""Registers the platform's classes, with one Python function for each Apex signature.

A call that fits no signature is unsupported. Null as an argument is unsupported too, unless the
signature allows it, because the platform treats null differently in each method.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.emulators.salesforce.apex.types import TypeRef, parse_type

Run = Callable[..., Any]


@dataclass(frozen=True)
class Native:
    """One signature and the function behind it."""

    signature: str
    name: str
    parameters: tuple[TypeRef, ...]
    nulls: bool
    run: Run


class PlatformType:
    """The modelled part of one platform class.

    Functions take the machine, then the receiver (methods only), then the arguments.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.statics: list[Native] = []
        self.methods: list[Native] = []
        self.constructors: list[Native] = []
        self.constants: dict[str, Any] = {}

    def static(self, signature: str, *, nulls: bool = False) -> Callable[[Run], Run]:
        """Register a static method: `@MATH.static("max(Integer, Integer)")`."""
        return _register(self.statics, signature, nulls)

    def method(self, signature: str, *, nulls: bool = False) -> Callable[[Run], Run]:
        """Register an instance method."""
        return _register(self.methods, signature, nulls)

    def constructor(self, signature: str, *, nulls: bool = False) -> Callable[[Run], Run]:
        """Register a constructor: `@HTTP.constructor("Http()")`."""
        return _register(self.constructors, signature, nulls)


def _register(natives: list[Native], signature: str, nulls: bool) -> Callable[[Run], Run]:
    name, _, rest = signature.partition("(")
    parameters = tuple(parse_type(item) for item in _split(rest.rstrip(")")))

    def add(run: Run) -> Run:
        natives.append(Native(signature, name.lower(), parameters, nulls, run))
        return run

    return add


def _split(text: str) -> list[str]:
    """Parts between the commas that stand outside `<…>`."""
    parts, depth, current = [], 0, ""
    for char in text:
        depth += {"<": 1, ">": -1}.get(char, 0)
        if char == "," and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += char
    return [*parts, current] if current.strip() else parts
