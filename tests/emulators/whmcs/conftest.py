"""A WHMCS emulator with a small Japanese shop, and a raw caller."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.emulators.kit.server import running
from local.emulators.whmcs.emulator import Whmcs
from tests.emulators.whmcs.support import SHOP, Api


@pytest.fixture(scope="session")
def server() -> Iterator[Api]:
    with running(Whmcs()) as started:
        yield Api(started)


@pytest.fixture
def api(server: Api) -> Api:
    """An emulator as if just started, with the shop."""
    server.emulator.reset()
    server.emulator.seed(SHOP)
    return server


@pytest.fixture
def switch(api: Api) -> Any:
    """Set switches for this test."""

    def change(**values: Any) -> None:
        api.emulator.set_switches(values)

    return change
