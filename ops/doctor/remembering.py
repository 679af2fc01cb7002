"""Asks a system once and remembers the answer, or that it refused.

A question that was refused is not put again: three wrong logins would have the caller banned by
WHMCS.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Remembering:
    """Base of what reads a system."""

    def __init__(self) -> None:
        self._answers: dict[str, Any] = {}
        self._errors: dict[str, Exception] = {}

    def once(self, question: str, ask: Callable[[], T]) -> T:
        """The answer to a question. Raises what asking raised, each time."""
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
