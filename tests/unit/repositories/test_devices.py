"""Devices that have signed in to an account, in the ephemeral table."""

from __future__ import annotations

import pytest
from portal.repositories.devices import KNOWN_SECONDS, DynamoKnownDevices

from tests.fakes.clock import FakeClock
from tests.fakes.serial import TestTable
from tests.unit.repositories.ephemeral_table import clock, module_table, table

__all__ = ["clock", "module_table", "table"]

EMAIL = "taro@example.com"


@pytest.fixture
def devices(table: TestTable, clock: FakeClock) -> DynamoKnownDevices:
    return DynamoKnownDevices(table, clock)


def test_a_device_is_known_to_its_account_alone(devices: DynamoKnownDevices) -> None:
    token = devices.remember(EMAIL)
    assert devices.knows(token, EMAIL)
    assert not devices.knows(token, "hanako@example.com")
    assert not devices.knows("never issued", EMAIL)


def test_a_device_is_forgotten_even_if_ttl_is_late(
    devices: DynamoKnownDevices, clock: FakeClock
) -> None:
    token = devices.remember(EMAIL)
    clock.advance(KNOWN_SECONDS - 1)
    assert devices.knows(token, EMAIL)
    clock.advance(1)
    assert not devices.knows(token, EMAIL)


def test_neither_token_nor_address_is_kept(devices: DynamoKnownDevices, table: TestTable) -> None:
    token = devices.remember(EMAIL)
    kept = repr(table.items())
    assert token not in kept
    assert EMAIL not in kept
