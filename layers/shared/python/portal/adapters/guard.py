"""A guard runs the calls of a vendor's client, for example through a circuit breaker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Guard = Callable[[Callable[[], Any]], Any]
"""Makes a call and returns its answer. It raises the call's errors, or refuses to make the call."""


def unguarded(call: Callable[[], Any]) -> Any:
    """Make the call without a circuit breaker and return its answer."""
    return call()
