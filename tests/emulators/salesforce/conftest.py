"""One running emulator for all tests of this folder, as new for each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from local.emulators.kit.server import Running, running
from local.emulators.salesforce.app import SalesforceEmulator
from tests.emulators.salesforce.org_client import KEY, SECRET, SEED, OrgClient


@pytest.fixture(scope="session")
def salesforce_server() -> Iterator[Running]:
    with running(SalesforceEmulator()) as server:
        yield server


@pytest.fixture
def server(salesforce_server: Running) -> Running:
    """An org as just started."""
    salesforce_server.emulator.reset()
    return salesforce_server


@pytest.fixture
def org(server: Running) -> OrgClient:
    """A seeded org and a user who is logged in."""
    server.emulator.seed(SEED)
    answer = requests.post(
        f"{server.url}/services/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=(KEY, SECRET),
        timeout=5,
    )
    return OrgClient(server, answer.json()["access_token"])
