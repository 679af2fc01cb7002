"""The local stack tells the provider's emulator where its events go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.demo.data import esim_access_seed, gigs_seed
from local.emulators.esim_access.emulator import EsimAccess
from local.emulators.gigs.emulator import Gigs
from local.emulators.kit.server import running
from local.stack.settings import PORTS, Settings
from local.stack.webhooks import SAVES, WebhookError, register
from tests.emulators.webhook_receiver import WebhookReceiver, receiving


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with receiving(WebhookReceiver()) as receiver:
        yield receiver


def settings(provider: str) -> Settings:
    return Settings(ports=dict.fromkeys(PORTS, 0), esim_provider=provider)


def test_gigs_gets_the_address_and_the_secret() -> None:
    emulator = Gigs()
    emulator.seed(gigs_seed())
    with running(emulator) as gigs:
        register(settings("gigs"), {"gigs": gigs.url}, "http://127.0.0.1:8080/api")
    (endpoint,) = emulator.core.webhooks.endpoints()
    assert endpoint["url"] == "http://127.0.0.1:8080/api/webhooks/esim"
    assert endpoint["secret"].startswith("whsec_")


def test_esim_access_tries_the_secret_address_first(receiver: WebhookReceiver) -> None:
    emulator = EsimAccess()
    emulator.seed(esim_access_seed())
    with running(emulator) as provider:
        register(settings("esim_access"), {"esim_access": provider.url}, receiver.url)
        assert len(receiver.got) == 1
        receiver.statuses = [500]
        register(settings("esim_access"), {"esim_access": provider.url}, receiver.url)
        assert len(receiver.got) == 3
        receiver.statuses = [404] * SAVES
        with pytest.raises(WebhookError, match="CHECK_HEALTH"):
            register(settings("esim_access"), {"esim_access": provider.url}, receiver.url)


def test_a_provider_that_is_no_emulator_is_left_alone() -> None:
    register(settings("gigs"), {}, "http://127.0.0.1:8080/api")
