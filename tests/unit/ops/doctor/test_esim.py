"""The checks of the eSIM provider, with eSIM Access."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from portal.adapters.esim_access.client import EsimAccessClient
from portal.adapters.guard import unguarded

from local.demo.data import esim_access_seed
from local.emulators.esim_access.emulator import ACCESS_CODE, SECRET_KEY, EsimAccess
from local.emulators.kit.server import Running, running
from ops.doctor import esim
from ops.doctor.esim_reader import EsimAccessAccount, EsimReader
from ops.doctor.installation import Installation
from ops.doctor.model import Status
from tests.unit.ops.doctor.world import World
from tests.vendors import FixedSecret


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running(EsimAccess()) as served:
        yield served


@pytest.fixture
def provider(server: Running) -> EsimAccess:
    assert isinstance(server.emulator, EsimAccess)
    server.emulator.reset()
    server.emulator.seed(esim_access_seed())
    return server.emulator


def installation(world: World, server: Running) -> Installation:
    client = EsimAccessClient(
        url=server.url,
        secret=FixedSecret(accessCode=ACCESS_CODE, secretKey=SECRET_KEY),
        transport=None,
        guard=unguarded,
    )
    world.aws.set_everywhere("ESIM_PROVIDER", "esim_access")
    reader = EsimReader(lambda: EsimAccessAccount(client))
    return replace(world.installation(), esim=reader)


def test_a_sound_account_is_green(world: World, server: Running, provider: EsimAccess) -> None:
    stage = installation(world, server)
    provider.core.account.webhook = f"{stage.api.url}/webhooks/esim/token"
    for check in esim.CHECKS:
        assert check.look(stage).status is Status.OK, check.id


@pytest.mark.parametrize(
    ("left", "status"), [(Decimal(0), Status.WRONG), (Decimal(20), Status.WARNING)]
)
def test_a_balance_that_runs_out_is_told(
    world: World, server: Running, provider: EsimAccess, left: Decimal, status: Status
) -> None:
    provider.core.account.balance = int(left * 10_000)
    found = esim.balance(installation(world, server))
    assert (found.status, found.found) == (status, f"{left:.2f} USD are left")


@pytest.mark.parametrize(
    ("address", "status"),
    [("", Status.WARNING), ("https://other.example/webhooks/esim/token", Status.WRONG)],
)
def test_events_that_go_elsewhere_are_told(
    world: World, server: Running, provider: EsimAccess, address: str, status: Status
) -> None:
    provider.core.account.webhook = address
    assert esim.webhook(installation(world, server)).status is status
