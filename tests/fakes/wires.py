"""Wires around ports: every call is traced, and one of them can be struck."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Strike:
    """Raises `error` at the `nth` call (from 1) named `call`, before or after its effect.

    `call` is "port.method", or the port's name for a port that is a function; empty means any
    call. A strike happens once.
    """

    error: BaseException
    call: str = ""
    after: bool = False
    nth: int = 1
    seen: int = 0
    struck: bool = False

    def hits(self, call: str) -> bool:
        """Whether this call is the one; counts it."""
        if self.struck or self.call not in ("", call):
            return False
        self.seen += 1
        self.struck = self.seen == self.nth
        return self.struck


@dataclass
class Wires:
    """All calls through its wires in one trace; at most one strike for each call."""

    strikes: list[Strike] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)

    def wire(self, name: str, port: Any) -> Any:
        """The port (an object or a function) with its calls traced."""
        return _Wire(self, name, port)

    def call(self, name: str, real: Any, args: Any, kwargs: Any) -> Any:
        """Make the call, or raise the error of its strike."""
        self.trace.append(name)
        strike = next((found for found in self.strikes if found.hits(name)), None)
        if strike is not None and not strike.after:
            raise strike.error
        answer = real(*args, **kwargs)
        if strike is not None:
            raise strike.error
        return answer


class _Wire:
    def __init__(self, wires: Wires, name: str, port: Any) -> None:
        self._wires, self._name, self._port = wires, name, port

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._wires.call(self._name, self._port, args, kwargs)

    def __getattr__(self, method: str) -> Any:
        real = getattr(self._port, method)
        if not callable(real):
            return real

        def through(*args: Any, **kwargs: Any) -> Any:
            return self._wires.call(f"{self._name}.{method}", real, args, kwargs)

        return through
