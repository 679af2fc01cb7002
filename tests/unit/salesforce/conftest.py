"""A copy of the Salesforce project in which a test can plant a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.salesforce.planting import Planted, copy_project


@pytest.fixture
def planted(tmp_path: Path) -> Planted:
    return copy_project(tmp_path / "salesforce")
