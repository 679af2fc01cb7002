"""The contract of `EsimProvider` on the fake, on Gigs and on eSIM Access."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.emulators.esim_access.emulator import EsimAccess
from local.emulators.gigs.emulator import Gigs
from local.emulators.kit.server import Running, running
from tests.contracts.esim_provider import (
    ActivationContract,
    CredentialsContract,
    EndContract,
    LookingContract,
    ReissueContract,
    TopUpContract,
)
from tests.contracts.esim_worlds import EsimAccessWorld, EsimWorld, FakeWorld, GigsWorld


class TestFake(ActivationContract, EndContract, ReissueContract, TopUpContract, LookingContract):
    @pytest.fixture
    def world(self) -> EsimWorld:
        return FakeWorld()


@pytest.fixture(scope="module")
def gigs() -> Iterator[Running]:
    with running(Gigs()) as server:
        yield server


class TestGigs(
    ActivationContract,
    CredentialsContract,
    EndContract,
    ReissueContract,
    TopUpContract,
    LookingContract,
):
    @pytest.fixture
    def world(self, gigs: Running) -> EsimWorld:
        return GigsWorld(gigs)


@pytest.fixture(scope="module")
def esim_access() -> Iterator[Running]:
    with running(EsimAccess(rate_clock=lambda: 0.0)) as server:
        yield server


class TestEsimAccess(
    ActivationContract,
    CredentialsContract,
    EndContract,
    ReissueContract,
    TopUpContract,
    LookingContract,
):
    @pytest.fixture
    def world(self, esim_access: Running) -> EsimWorld:
        return EsimAccessWorld(esim_access)
