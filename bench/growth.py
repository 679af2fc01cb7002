"""Measures how processor time and calls grow with the number of products and order lines."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from portal.adapters.salesforce.catalog import SalesforceCatalogSource
from portal.adapters.salesforce.orders import SalesforceOrders
from portal.catalog.cache import CatalogCache
from portal.domain.catalog import Product
from portal.repositories.catalog import DynamoCatalogStore

from bench.memory import CountingSalesforce, CountingTable
from bench.scenarios.orders import cart, sell
from bench.scenarios.scenario import Scenario, same
from bench.scenarios.shelf import TODAY, products, records
from bench.warm import ScenarioFailedError, timed
from functions.catalog import list_products
from functions.catalog.caching import RenderedAnswers
from functions.catalog.deps import CatalogDeps, build_catalog
from functions.orders import create_order
from tests.events import FakeContext, rest_event
from tests.fakes.catalog import FakeCatalog
from tests.fakes.provisioning import loaded_order, order_line
from tests.unit.functions.provision.world import World

CATALOGUES = (50, 500, 5_000)
ORDERS = (1, 10, 100)


@dataclass(frozen=True, kw_only=True)
class GrowthRow:
    """The median of processor seconds and the calls to upstreams and DynamoDB for one size."""

    what: str
    units: int
    seconds: float
    upstream_calls: int
    table_calls: int

    @property
    def seconds_per_unit(self) -> float:
        """The processor seconds per unit, which should be constant or fall."""
        return self.seconds / self.units


def measure(
    *, repeats: int = 5, progress: Callable[[str], None] = lambda _: None
) -> list[GrowthRow]:
    """Measure all sizes of all operations."""
    rows: list[GrowthRow] = []
    for size in CATALOGUES:
        progress(f"growth, {size:,} products")
        rows += _catalogue(size, repeats)
    large = FakeCatalog(*products(CATALOGUES[-1]))
    for lines in ORDERS:
        progress(f"growth, {lines} order lines")
        rows.append(_order(large, lines, repeats))
        rows.append(_provisioning(lines, repeats))
    return sorted(rows, key=lambda row: row.what)


def _catalogue(size: int, repeats: int) -> list[GrowthRow]:
    salesforce, table = CountingSalesforce(records(size)), CountingTable()
    source = SalesforceCatalogSource(salesforce, pricebook="Portal", currency="JPY")
    store = DynamoCatalogStore(table)

    def refresh() -> None:
        store.invalidate(read_at=0)
        load()

    def load() -> None:
        CatalogCache(source=source, store=store).current()

    rows = []
    for what, action in (
        ("catalogue: refresh from Salesforce", refresh),
        ("catalogue: first read of a Lambda", load),
    ):
        seconds = _median(action, repeats)
        salesforce.calls = table.calls = 0
        action()
        rows.append(
            GrowthRow(
                what=what,
                units=size,
                seconds=seconds,
                upstream_calls=salesforce.calls,
                table_calls=table.calls,
            )
        )
    return [*rows, *_listings(products(size), repeats)]


def _listings(shelf: Sequence[Product], repeats: int) -> list[GrowthRow]:
    """GET /catalog for a new version, and for one that was rendered before."""
    deps = CatalogDeps(catalog=FakeCatalog(*shelf), today=lambda: TODAY, tax_included=True)
    list_products.app.override(build_catalog, lambda: deps)
    again = Scenario(list_products.handler, same(rest_event("GET", "/catalog")))

    def first() -> dict[str, object]:
        list_products.rendered = RenderedAnswers()
        return again.prepare()

    new = Scenario(list_products.handler, first)
    rows = []
    for what, scenario in (
        ("catalogue: GET /catalog, new version", new),
        ("catalogue: GET /catalog, again", again),
    ):
        _check(scenario)
        seconds = statistics.median(timed(scenario) for _ in range(repeats))
        rows.append(
            GrowthRow(what=what, units=len(shelf), seconds=seconds, upstream_calls=0, table_calls=0)
        )
    return rows


def _order(catalog: FakeCatalog, lines: int, repeats: int) -> GrowthRow:
    salesforce, products_on_sale = CountingSalesforce(), len(catalog.content.products)
    sell(catalog, SalesforceOrders(salesforce))
    scenario = Scenario(create_order.handler, same(cart(lines, of=products_on_sale)), 201)
    _check(scenario)
    salesforce.calls = 0
    seconds = statistics.median(timed(scenario) for _ in range(repeats))
    return GrowthRow(
        what=f"order: POST /orders ({products_on_sale:,} products)",
        units=lines,
        seconds=seconds,
        # Asking WHMCS for the address is behind a fake here: one call, whatever the lines.
        upstream_calls=salesforce.calls // repeats + 1,
        table_calls=0,
    )


def _provisioning(lines: int, repeats: int) -> GrowthRow:
    found = []
    calls = 0
    for _ in range(repeats):
        world = World(loaded_order(*(order_line(number) for number in range(1, lines + 1))))
        started = time.process_time_ns()
        world.press()
        world.settle()
        found.append((time.process_time_ns() - started) / 1e9)
        calls = sum(world.faults.count(upstream) for upstream in ("salesforce", "whmcs", "esim"))
    return GrowthRow(
        what="order: provisioning",
        units=lines,
        seconds=statistics.median(found),
        upstream_calls=calls,
        table_calls=world.faults.count("dynamodb"),
    )


def _median(action: Callable[[], None], repeats: int) -> float:
    found = []
    for _ in range(repeats):
        started = time.process_time_ns()
        action()
        found.append((time.process_time_ns() - started) / 1e9)
    return statistics.median(found)


def _check(scenario: Scenario) -> None:
    answer = scenario.handler(scenario.prepare(), FakeContext())
    if answer["statusCode"] != scenario.status:
        msg = f"answered {answer['statusCode']}: {answer['body']}"
        raise ScenarioFailedError(msg)
