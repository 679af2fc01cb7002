"""GET /health."""

from __future__ import annotations

from functions.system import health
from ops.bench.scenarios.scenario import Scenario, same
from tests.events import rest_event


def scenarios() -> dict[str, Scenario]:
    """By endpoint id."""
    return {"system-health": Scenario(health.handler, same(rest_event("GET", "/health")))}
