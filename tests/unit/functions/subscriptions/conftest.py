"""The world of the subscription endpoints."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.functions.subscriptions.world import World, uninstall


@pytest.fixture
def world() -> Iterator[World]:
    """A customer with an eSIM and an Internet line."""
    yield World()
    uninstall()
