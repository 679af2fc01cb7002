"""The requests by which the warm path is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Event = dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """A request that succeeds.

    `prepare` sets the state of the upstreams and returns the event. It is not measured. `status`
    is the HTTP status of a success.
    """

    handler: Callable[[Event, Any], dict[str, Any]]
    prepare: Callable[[], Event]
    status: int = 200


def same(event: Event) -> Callable[[], Event]:
    """Return a `prepare` with the same event every time, for requests that change nothing."""
    return lambda: event
