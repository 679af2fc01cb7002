"""Counters of rate limits in the ephemeral table."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from portal.repositories.rate_limits import DynamoRateCounters

from tests.fakes.clock import FakeClock
from tests.fakes.serial import TestTable
from tests.unit.repositories.ephemeral_table import START, clock, module_table, table

__all__ = ["clock", "module_table", "table"]


@pytest.fixture
def counters(table: TestTable, clock: FakeClock) -> DynamoRateCounters:
    return DynamoRateCounters(table, clock)


def test_the_wait_is_until_the_window_really_ends(
    counters: DynamoRateCounters, clock: FakeClock
) -> None:
    clock.now = START // 60 * 60 + 10
    assert [counters.hit("k", limit=2, seconds=60) for _ in range(3)] == [None, None, 50]
    clock.advance(49.5)
    assert counters.hit("k", limit=2, seconds=60) == 1
    clock.advance(0.5)
    assert counters.hit("k", limit=2, seconds=60) is None


def test_keys_do_not_share_a_counter(counters: DynamoRateCounters) -> None:
    assert counters.hit("a", limit=1, seconds=60) is None
    assert counters.hit("b", limit=1, seconds=60) is None
    assert counters.hit("a", limit=1, seconds=60) is not None


def test_forgetting_starts_again(counters: DynamoRateCounters) -> None:
    counters.hit("a", limit=1, seconds=60)
    counters.forget("a", seconds=60)
    assert counters.hit("a", limit=1, seconds=60) is None
    counters.forget("never-counted", seconds=60)


def test_of_many_at_once_the_limit_passes(counters: DynamoRateCounters) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: counters.hit("a", limit=5, seconds=900), range(30)))
    assert found.count(None) == 5


def test_counters_go_away_by_themselves(counters: DynamoRateCounters, table: TestTable) -> None:
    counters.hit("a", limit=1, seconds=60)
    (item,) = table.items()
    assert START + 60 <= int(item["expiration"]["N"]) <= START + 180
