"""The shared cache: one refresh for all readers, old copies when Salesforce is down."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from portal.catalog.cache import CachePolicy, CatalogCache
from portal.domain.catalog import AccountEligibility, Product, Rejection
from portal.domain.order_form import OrderForm
from portal.domain.upstream import Unavailable
from portal.repositories.catalog import DynamoCatalogStore, DynamoEligibilityCache
from portal.repositories.dynamodb import Table

from tests.fakes.catalog import FakeCatalogSource, product
from tests.tables import CATALOG, Tables

DOWN = Unavailable("salesforce", "query", "down")


class Clock:
    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def table(tables: Tables) -> Table:
    return tables[CATALOG]


@pytest.fixture
def clock() -> Clock:
    return Clock()


def reader(table: Table, source: FakeCatalogSource, clock: Clock) -> CatalogCache:
    def wait(seconds: float) -> None:
        clock.now += seconds

    return CatalogCache(source=source, store=DynamoCatalogStore(table), clock=clock, wait=wait)


def test_a_second_lambda_reads_the_shared_copy(table: Table, clock: Clock) -> None:
    source = FakeCatalogSource(product("A"), product("B"))
    first = reader(table, source, clock).current()
    second = reader(table, source, clock).current()
    assert [p.sku for p in second.products] == ["A", "B"]
    assert (first, source.reads) == (second, 1)


def test_an_aged_copy_is_refreshed_once(table: Table, clock: Clock) -> None:
    source = FakeCatalogSource(product("A"))
    readers = [reader(table, source, clock) for _ in range(5)]
    for each in readers:
        each.current()
    source.products = [product("A"), product("NEW")]
    clock.now += 301
    seen = [len(each.current().products) for each in readers]
    assert (seen, source.reads) == ([2] * 5, 2)


def test_readers_are_served_the_old_copy_while_another_refreshes(
    table: Table, clock: Clock
) -> None:
    source = FakeCatalogSource(product("A"))
    late = reader(table, source, clock)
    late.current()
    clock.now += 301
    assert DynamoCatalogStore(table).acquire_refresh(
        now=int(clock.now), seconds=45, stale_at=int(clock.now)
    )
    assert [p.sku for p in late.current().products] == ["A"]
    assert source.reads == 1


def test_salesforce_down_serves_the_old_copy_until_it_is_too_old(
    table: Table, clock: Clock
) -> None:
    source = FakeCatalogSource(product("A"))
    cache = reader(table, source, clock)
    cache.current()
    source.failure = DOWN
    clock.now += 80_000
    assert [p.sku for p in cache.current().products] == ["A"]
    clock.now += 6_401
    with pytest.raises(Unavailable):
        cache.current()


def test_salesforce_down_and_nothing_cached(table: Table, clock: Clock) -> None:
    source = FakeCatalogSource()
    source.failure = DOWN
    with pytest.raises(Unavailable):
        reader(table, source, clock).current()


def test_the_first_copy_is_awaited_not_fetched_twice(table: Table, clock: Clock) -> None:
    DynamoCatalogStore(table).acquire_refresh(
        now=int(clock.now), seconds=45, stale_at=int(clock.now)
    )
    source = FakeCatalogSource(product("A"))
    with pytest.raises(Unavailable, match="first time"):
        reader(table, source, clock).current()
    assert source.reads == 0


def test_a_dead_refresher_does_not_block_for_longer_than_its_lease(
    table: Table, clock: Clock
) -> None:
    DynamoCatalogStore(table).acquire_refresh(
        now=int(clock.now), seconds=45, stale_at=int(clock.now)
    )
    clock.now += 46
    source = FakeCatalogSource(product("A"))
    assert len(reader(table, source, clock).current().products) == 1


def test_invalidation_makes_the_next_reader_refresh(table: Table, clock: Clock) -> None:
    source = FakeCatalogSource(product("A"))
    cache = reader(table, source, clock)
    cache.current()
    DynamoCatalogStore(table).invalidate(read_at=int(clock.now) - 301)
    clock.now += CachePolicy().memory
    cache.current()
    assert source.reads == 2


def test_a_catalogue_that_was_seen_to_be_wrong_is_read_again_at_once(
    table: Table, clock: Clock
) -> None:
    source = FakeCatalogSource(product("A"))
    cache, other = reader(table, source, clock), reader(table, source, clock)
    cache.current()
    source.products = [product("B")]
    other.distrust()
    assert [found.sku for found in other.current().products] == ["B"]
    clock.now += CachePolicy().memory
    assert [found.sku for found in cache.current().products] == ["B"]


def test_the_order_form_is_read_with_the_catalogue_once_a_day(table: Table, clock: Clock) -> None:
    source = FakeCatalogSource(product("A"))
    source.order_form = OrderForm(multi_currency=True)
    assert reader(table, source, clock).current().order_form == source.order_form
    for _ in range(3):
        clock.now += CachePolicy().fresh
        assert reader(table, source, clock).current().order_form == source.order_form
    assert (source.reads, source.forms_read) == (4, 1)
    clock.now += CachePolicy().order_form
    reader(table, source, clock).current()
    assert (source.reads, source.forms_read) == (5, 2)


def test_without_an_order_form_it_is_asked_for_again(table: Table, clock: Clock) -> None:
    source = FakeCatalogSource(product("A"))
    source.order_form = None
    assert reader(table, source, clock).current().order_form is None
    clock.now += CachePolicy().fresh
    source.order_form = OrderForm(multi_currency=True)
    assert reader(table, source, clock).current().order_form == source.order_form


def test_what_was_read_before_an_invalidation_is_not_kept(table: Table, clock: Clock) -> None:
    source = FakeCatalogSource(product("OLD"))
    store = DynamoCatalogStore(table)
    reader(table, source, clock).current()
    clock.now += 301
    read = source.read

    def invalidated_meanwhile() -> tuple[Sequence[Product], Sequence[Rejection]]:
        found = read()
        store.invalidate(read_at=int(clock.now) - 301)
        return found

    source.read = invalidated_meanwhile  # type: ignore[method-assign]  # in the middle of a read
    assert [p.sku for p in reader(table, source, clock).current().products] == ["OLD"]
    source.read, source.products = read, [product("NEW")]  # type: ignore[method-assign]  # as before
    assert [p.sku for p in reader(table, source, clock).current().products] == ["NEW"]


def test_five_thousand_products_fit(table: Table, clock: Clock) -> None:
    words = random.Random(5)
    source = FakeCatalogSource(
        *(product(f"SKU-{n}", description=words.randbytes(120).hex()) for n in range(5_000))
    )
    reader(table, source, clock).current()
    stored = DynamoCatalogStore(table).stored()
    assert stored is not None
    assert stored.chunks > 1
    assert len(reader(table, source, clock).current().products) == 5_000
    assert source.reads == 1


def test_a_lost_piece_means_a_refresh_not_an_error(table: Table, clock: Clock) -> None:
    source = FakeCatalogSource(product("A"))
    version = reader(table, source, clock).current().version
    table.delete({"pk": f"CATALOG#{version}#0"})
    assert len(reader(table, source, clock).current().products) == 1
    assert source.reads == 2


def test_rejections_are_logged_and_counted(
    table: Table, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    source = FakeCatalogSource(product("A"))
    source.rejections = [Rejection(sku="B", sf_product_id="01t", reason="ProductCode is odd")]
    reader(table, source, clock).current()
    emitted = capsys.readouterr().out
    assert '"CatalogProductsRejected":[1' in emitted.replace(" ", "")
    assert "ProductCode is odd" in emitted


def test_eligibility_is_forgotten_after_minutes(table: Table, clock: Clock) -> None:
    cache = DynamoEligibilityCache(table, clock=clock)
    home = AccountEligibility(dwelling="Home", tier=None, region="Kantō")
    cache.put("001A", home)
    assert cache.get("001A") == home
    assert cache.get("001B") is None
    clock.now += 300
    assert cache.get("001A") is None


def test_concurrent_first_readers_make_one_query(table: Table) -> None:
    source = FakeCatalogSource(product("A"))
    # A clock each: their waiting must not add up to the end of the lease.
    readers = [reader(table, source, Clock()) for _ in range(16)]
    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(_or_none, readers))
    assert source.reads == 1
    assert any(results)


def _or_none(cache: CatalogCache) -> int | None:
    try:
        return len(cache.current().products)
    except Unavailable:
        return None
