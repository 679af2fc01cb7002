"""An org to run Apex on."""

from __future__ import annotations

import pytest

from tests.emulators.salesforce.apex.running import Apex


@pytest.fixture
def apex() -> Apex:
    """As an administrator."""
    return Apex()
