"""Clients who can pay, remembered for a few minutes in the ephemeral table."""

from __future__ import annotations

from datetime import date

import pytest
from portal.repositories.payment_gate import REMEMBER_SECONDS, DynamoYesStore

from tests.fakes.clock import FakeClock
from tests.fakes.serial import TestTable
from tests.unit.repositories.ephemeral_table import clock, module_table, table

__all__ = ["clock", "module_table", "table"]

TODAY = date(2026, 11, 30)


@pytest.fixture
def store(table: TestTable, clock: FakeClock) -> DynamoYesStore:
    return DynamoYesStore(table, clock=clock)


def test_an_answer_counts_for_its_client_until_it_is_forgotten(store: DynamoYesStore) -> None:
    assert not store.remembered(42, TODAY)
    store.remember(42, through=TODAY)
    assert store.remembered(42, TODAY)
    assert not store.remembered(43, TODAY)
    store.forget(42)
    assert not store.remembered(42, TODAY)


def test_an_answer_ends_with_the_last_day_of_the_card(store: DynamoYesStore) -> None:
    store.remember(42, through=TODAY)
    assert not store.remembered(42, date(2026, 12, 1))


def test_an_answer_ends_even_if_ttl_is_late(store: DynamoYesStore, clock: FakeClock) -> None:
    store.remember(42, through=TODAY)
    clock.advance(REMEMBER_SECONDS - 1)
    assert store.remembered(42, TODAY)
    clock.advance(1)
    assert not store.remembered(42, TODAY)
