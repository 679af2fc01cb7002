"""Tables, vendors, and a handler that forgets its shop after each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from functions.orders import create_order
from tests.tables import module_tables, tables  # noqa: F401  # fixtures
from tests.vendors import vendor_servers, vendors  # noqa: F401  # fixtures


@pytest.fixture(autouse=True)
def uninstall() -> Iterator[None]:
    yield
    create_order.app.resolver.dependency_overrides.clear()
