"""The identity area over fakes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.functions.auth.world import World, wired


@pytest.fixture
def world() -> Iterator[World]:
    with wired(World()) as made:
        yield made
