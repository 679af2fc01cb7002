"""GET /health."""

from __future__ import annotations

from bench.scenarios.scenario import Scenario, same
from functions.system import health
from tests.events import rest_event


def scenarios() -> dict[str, Scenario]:
    """By endpoint id."""
    return {"system-health": Scenario(health.handler, same(rest_event("GET", "/health")))}
