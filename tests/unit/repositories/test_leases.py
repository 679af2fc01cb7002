"""Leases on items: taken when the former one has run out, written under by their owner alone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from portal.domain.lease import LONGEST_SECONDS, Lease, LeaseLost, new_lease
from portal.repositories.dynamodb import ConditionFailed
from portal.repositories.leases import LeasedItems, lease_of

from tests.fakes.serial import TestTable, serial_table

NOW = 1_800_000_000
KEY = {"pk": "thing"}


@pytest.fixture(scope="module")
def module_table() -> Iterator[TestTable]:
    with serial_table() as table:
        yield table


@pytest.fixture
def table(module_table: TestTable) -> TestTable:
    module_table.empty()
    return module_table


@pytest.fixture
def items(table: TestTable) -> LeasedItems:
    return LeasedItems(table)


def test_a_lease_is_one_owners_until_it_runs_out(items: LeasedItems) -> None:
    first, second = Lease("one", NOW + 60), Lease("two", NOW + 120)
    assert lease_of(items.take(KEY, first, now=NOW)) == first
    with pytest.raises(ConditionFailed) as held:
        items.take(KEY, second, now=NOW + 59)
    assert lease_of(held.value.item or {}) == first
    assert lease_of(items.take(KEY, second, now=NOW + 60)) == second


def test_only_the_owner_writes(items: LeasedItems, table: TestTable) -> None:
    owner, other = Lease("one", NOW + 60), Lease("two", NOW + 60)
    items.take(KEY, owner, now=NOW)
    items.change(KEY, owner, "SET n = :n", values={":n": 1})
    for act in (
        lambda: items.change(KEY, other, "SET n = :n", values={":n": 2}),
        lambda: items.release(KEY, other),
        lambda: items.forget(KEY, other),
    ):
        with pytest.raises(LeaseLost):
            act()
    found = table.get(KEY)
    assert found is not None
    assert found["n"] == 1


def test_a_released_lease_can_be_taken_at_once(items: LeasedItems) -> None:
    items.take(KEY, Lease("one", NOW + 60), now=NOW)
    released = items.release(KEY, Lease("one", NOW + 60), "n = :n", values={":n": 1})
    assert (released["n"], lease_of(released).held(NOW)) == (1, False)
    items.take(KEY, Lease("two", NOW + 60), now=NOW)


def test_forgetting_twice_is_forgetting(items: LeasedItems, table: TestTable) -> None:
    lease = Lease("one", NOW + 60)
    items.take(KEY, lease, now=NOW)
    items.forget(KEY, lease)
    items.forget(KEY, lease)
    assert table.get(KEY) is None


def test_a_further_condition_holds_for_taking_and_changing(items: LeasedItems) -> None:
    lease = Lease("one", NOW + 60)
    items.take(KEY, lease, now=NOW, change="n = :n", values={":n": 1})
    with pytest.raises(LeaseLost):
        items.change(KEY, lease, "SET n = :m", condition="n = :m", values={":m": 2})
    with pytest.raises(ConditionFailed):
        items.take(KEY, Lease("two", NOW + 99), now=NOW + 60, condition="n = :m", values={":m": 2})


def test_a_lease_from_a_clock_that_was_wrong_holds_nobody_up(items: LeasedItems) -> None:
    items.take(KEY, Lease("future", NOW + 10 * LONGEST_SECONDS), now=NOW)
    taken = items.take(KEY, Lease("two", NOW + 60), now=NOW)
    assert lease_of(taken).owner == "two"


def test_no_lease_is_longer_than_the_longest() -> None:
    lease = new_lease(NOW, 10 * LONGEST_SECONDS)
    assert lease.until == NOW + LONGEST_SECONDS
    assert lease.held(NOW)
    assert not lease.held(lease.until)
    assert new_lease(NOW, 60).owner != new_lease(NOW, 60).owner


def test_of_many_at_once_one_takes_it(items: LeasedItems) -> None:
    def contend(number: int) -> bool:
        try:
            items.take(KEY, new_lease(NOW, 60), now=NOW)
        except ConditionFailed:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(contend, range(16))) == 1
