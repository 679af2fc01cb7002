"""Remembers each answer or error of a system.

A failed call is not repeated, because WHMCS bans a caller after three wrong logins.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Remembering:
    """The base class of readers."""

    def __init__(self) -> None:
        self._answers: dict[str, Any] = {}
        self._errors: dict[str, Exception] = {}

    def once(self, question: str, ask: Callable[[], T]) -> T:
        """Return the answer of `ask`, which is called once. Raises its error each time."""
        if question in self._errors:
            raise self._errors[question]
        if question not in self._answers:
            try:
                self._answers[question] = ask()
            except Exception as error:
                self._errors[question] = error
                raise
        answer: T = self._answers[question]
        return answer
