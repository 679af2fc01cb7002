"""Striking one call among many: each port behind a wire, one count for all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class Killed(BaseException):
    """The process died: nothing catches it, nothing cleans up."""


@dataclass
class Saboteur:
    """Raises `error` at the `position`-th call (from 1), before or after it took effect."""

    error: BaseException
    position: int = 0
    after: bool = False
    trace: list[str] = field(default_factory=list)
    struck: bool = False

    def wire(self, name: str, port: Any) -> Any:
        """The port (an object or a function) with its calls counted."""
        return _Wire(self, name, port)

    def call(self, name: str, real: Any, args: Any, kwargs: Any) -> Any:
        """Make the call, or fail it."""
        self.trace.append(name)
        mine = len(self.trace) == self.position
        self.struck = self.struck or mine
        if mine and not self.after:
            raise self.error
        answer = real(*args, **kwargs)
        if mine:
            raise self.error
        return answer


class _Wire:
    def __init__(self, saboteur: Saboteur, name: str, port: Any) -> None:
        self._saboteur, self._name, self._port = saboteur, name, port

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._saboteur.call(self._name, self._port, args, kwargs)

    def __getattr__(self, method: str) -> Any:
        real = getattr(self._port, method)

        def through(*args: Any, **kwargs: Any) -> Any:
            return self._saboteur.call(f"{self._name}.{method}", real, args, kwargs)

        return through
