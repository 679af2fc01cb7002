"""Fixtures of what lies in the ephemeral table: a table and a clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.serial import TestTable, serial_table

START = 1_800_000_000.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(START)


@pytest.fixture(scope="module")
def module_table() -> Iterator[TestTable]:
    with serial_table() as table:
        yield table


@pytest.fixture
def table(module_table: TestTable) -> TestTable:
    module_table.empty()
    return module_table
