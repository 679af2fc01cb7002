"""The contract of `EsimProvider` on the fake, Gigs, eSIM Access and a provider unlike them.

One class for each part: tests of the same name in two parts would hide each other.
"""

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
from tests.contracts.esim_worlds import (
    EidWorld,
    EsimAccessWorld,
    EsimWorld,
    FakeWorld,
    GigsWorld,
)


@pytest.fixture(scope="module")
def gigs() -> Iterator[Running]:
    with running(Gigs()) as server:
        yield server


@pytest.fixture(scope="module")
def esim_access() -> Iterator[Running]:
    with running(EsimAccess(rate_clock=lambda: 0.0)) as server:
        yield server


class OnTheFake:
    @pytest.fixture
    def world(self) -> EsimWorld:
        return FakeWorld()


class OnGigs:
    @pytest.fixture
    def world(self, gigs: Running) -> EsimWorld:
        return GigsWorld(gigs)


class OnEsimAccess:
    @pytest.fixture
    def world(self, esim_access: Running) -> EsimWorld:
        return EsimAccessWorld(esim_access)


class OnAnother:
    @pytest.fixture
    def world(self) -> EsimWorld:
        return EidWorld()


class TestFakeActivation(OnTheFake, ActivationContract):
    pass


class TestFakeEnd(OnTheFake, EndContract):
    pass


class TestFakeReissue(OnTheFake, ReissueContract):
    pass


class TestFakeTopUp(OnTheFake, TopUpContract):
    pass


class TestFakeLooking(OnTheFake, LookingContract):
    pass


class TestGigsActivation(OnGigs, ActivationContract):
    pass


class TestGigsCredentials(OnGigs, CredentialsContract):
    pass


class TestGigsEnd(OnGigs, EndContract):
    pass


class TestGigsReissue(OnGigs, ReissueContract):
    pass


class TestGigsTopUp(OnGigs, TopUpContract):
    pass


class TestGigsLooking(OnGigs, LookingContract):
    pass


class TestEsimAccessActivation(OnEsimAccess, ActivationContract):
    pass


class TestEsimAccessCredentials(OnEsimAccess, CredentialsContract):
    pass


class TestEsimAccessEnd(OnEsimAccess, EndContract):
    pass


class TestEsimAccessReissue(OnEsimAccess, ReissueContract):
    pass


class TestEsimAccessTopUp(OnEsimAccess, TopUpContract):
    pass


class TestEsimAccessLooking(OnEsimAccess, LookingContract):
    pass


class TestAnotherActivation(OnAnother, ActivationContract):
    pass


class TestAnotherEnd(OnAnother, EndContract):
    pass


class TestAnotherReissue(OnAnother, ReissueContract):
    pass


class TestAnotherLooking(OnAnother, LookingContract):
    pass


class TestAnotherHandle(OnAnother):
    def test_a_handle_does_not_show_the_phone_number(self, world: EsimWorld) -> None:
        line = world.active("order-1")
        assert line.msisdn is not None
        assert line.msisdn not in f"{line.line_id} {line!r}"
        assert line.msisdn.removeprefix("+") not in line.line_id
