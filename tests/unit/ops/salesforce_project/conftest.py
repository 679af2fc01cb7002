"""A copy of the Salesforce project in which a test can plant a fault."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.ops.salesforce_project.planting import Planted, copy_project


@pytest.fixture(scope="session")
def _copy(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return copy_project(tmp_path_factory.mktemp("planted") / "salesforce")


@pytest.fixture
def planted(_copy: Planted) -> Iterator[Planted]:
    yield _copy
    _copy.restore()
