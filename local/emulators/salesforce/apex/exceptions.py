"""Exceptions of Apex, and the Python exception that carries them through the interpreter."""

from __future__ import annotations

from local.emulators.salesforce.apex.errors import Place
from local.emulators.salesforce.apex.values import Instance

MESSAGE = "#message"
CAUSE = "#cause"
_SYSTEM_MESSAGE = "Script-thrown exception"


class Thrown(Exception):
    """An Apex exception on its way to a catch; `places` begins with the line that threw it."""

    def __init__(self, value: Instance) -> None:
        super().__init__(describe(value))
        self.value = value
        self.places: list[Place] = []


def describe(value: Instance) -> str:
    """`System.DmlException: the message`, as a test result shows it."""
    return f"{type_name(value)}: {message(value)}"


def type_name(value: Instance) -> str:
    """What `getTypeName()` returns: built-in exceptions with their namespace."""
    return f"System.{value.cls.name}" if value.cls.declaration is None else value.cls.name


def message(value: Instance) -> str | None:
    """What `getMessage()` returns."""
    text = value.values.get(MESSAGE, _SYSTEM_MESSAGE)
    return None if text is None else str(text)
