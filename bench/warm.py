"""Measures the warm path: the portal's processor time per request, with upstreams in memory.

It covers the real handler from the proxy event to the proxy answer: routing, validation, logic,
rendering and logging. Vendor adapters and boto3 are not part of it, because they are behind ports.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench import bare
from bench.scenarios import (
    auth,
    billing,
    catalog,
    operations,
    orders,
    provision,
    subscriptions,
    system,
    webhooks,
)
from bench.scenarios.scenario import Event, Scenario, same
from tests.events import FakeContext, rest_event

CATALOGUE = "catalog-list-products"
WARM_UP = 25
BARE_SMALL = "bare: small typed answer"
BARE_TYPED = "bare: same products, typed"
BARE_TEXT = "bare: same answer, ready text"


class ScenarioFailedError(Exception):
    """A request that should succeed did not."""


@dataclass(frozen=True, kw_only=True)
class WarmRow:
    """One endpoint's median of processor seconds per request, and the size of its answer."""

    endpoint: str
    seconds: float
    answer_bytes: int


@dataclass(frozen=True)
class Warm:
    """The results of all endpoints and of the bare handler's routes.

    The ratios compare GET /catalog with the bare handler, which renders the same products from
    models, or returns the ready text.
    """

    rows: tuple[WarmRow, ...]
    typed_ratio: float
    text_ratio: float


def measure(
    *, rounds: int, requests: int = 40, progress: Callable[[str], None] = lambda _: None
) -> Warm:
    """Measure every scenario in turn, `rounds` times `requests` requests.

    Raises ScenarioFailedError when one does not answer as it should.
    """
    progress("warm path")
    scenarios = all_scenarios()
    bare.text = _answer(CATALOGUE, scenarios[CATALOGUE])
    bare.products = bare.Products.model_validate_json(bare.text)
    scenarios |= _bare_scenarios()
    sizes = {name: len(_answer(name, s).encode()) for name, s in scenarios.items()}
    samples: dict[str, list[float]] = {name: [] for name in scenarios}
    for number in range(rounds):
        progress(f"warm path, round {number + 1} of {rounds}")
        for name, scenario in scenarios.items():
            samples[name].extend(timed(scenario) for _ in range(requests))
    medians = {name: statistics.median(found) for name, found in samples.items()}
    return Warm(
        rows=tuple(
            WarmRow(endpoint=name, seconds=seconds, answer_bytes=sizes[name])
            for name, seconds in medians.items()
        ),
        typed_ratio=medians[CATALOGUE] / medians[BARE_TYPED],
        text_ratio=medians[CATALOGUE] / medians[BARE_TEXT],
    )


def all_scenarios() -> dict[str, Scenario]:
    """Return all scenarios by endpoint id."""
    areas = (
        auth,
        billing,
        catalog,
        operations,
        orders,
        provision,
        subscriptions,
        system,
        webhooks,
    )
    return {name: found for area in areas for name, found in area.scenarios().items()}


def timed(scenario: Scenario) -> float:
    """Return the processor seconds of one request."""
    event, context = scenario.prepare(), FakeContext()
    started = time.process_time_ns()
    scenario.handler(event, context)
    return (time.process_time_ns() - started) / 1e9


def _answer(name: str, scenario: Scenario) -> str:
    """Return the answer's body, after enough requests to warm all caches."""
    answer = {}
    for _ in range(WARM_UP):
        answer = scenario.handler(scenario.prepare(), FakeContext())
        if answer["statusCode"] != scenario.status:
            msg = f"{name} answered {answer['statusCode']}: {answer['body']}"
            raise ScenarioFailedError(msg)
    return str(answer["body"] or "")


def _bare_scenarios() -> dict[str, Scenario]:
    def event(path: str) -> Callable[[], Event]:
        return same(rest_event("GET", path))

    return {
        BARE_SMALL: Scenario(bare.handler, event("/items/ESIM-10GB")),
        BARE_TYPED: Scenario(bare.handler, event("/products")),
        BARE_TEXT: Scenario(bare.handler, event("/text")),
    }
