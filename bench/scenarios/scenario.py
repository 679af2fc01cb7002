"""What the warm path is measured with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Event = dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """A request that succeeds.

    `prepare` brings the upstreams into the state before the request, and makes its event; it is
    not measured. `status` is what a success answers.
    """

    handler: Callable[[Event, Any], dict[str, Any]]
    prepare: Callable[[], Event]
    status: int = 200


def same(event: Event) -> Callable[[], Event]:
    """For requests that change nothing: the same event every time."""
    return lambda: event
