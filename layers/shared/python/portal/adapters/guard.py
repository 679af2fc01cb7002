"""What runs the calls of a vendor's client: nothing in between, or a circuit breaker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Guard = Callable[[Callable[[], Any]], Any]
"""Makes a call and returns its answer; raises what the call raises, or refuses to make it."""


def unguarded(call: Callable[[], Any]) -> Any:
    """Make the call."""
    return call()
