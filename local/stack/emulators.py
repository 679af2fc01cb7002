"""Starts the upstream emulators and seeds the demo's records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import requests

from local.demo.data import (
    esim_access_seed,
    gigs_seed,
    salesforce_seed,
    sendgrid_seed,
    whmcs_seed,
)
from local.emulators.esim_access.emulator import EsimAccess
from local.emulators.gigs.emulator import Gigs
from local.emulators.kit.emulator import Emulator
from local.emulators.salesforce.app import SalesforceEmulator
from local.emulators.sendgrid.emulator import SendGrid
from local.emulators.whmcs.emulator import Whmcs
from local.stack.serving import serving_emulator
from local.stack.settings import Settings

FACTORIES: dict[str, Callable[[], Emulator[Any]]] = {
    "salesforce": SalesforceEmulator,
    "whmcs": Whmcs,
    "gigs": Gigs,
    "esim_access": EsimAccess,
    "sendgrid": SendGrid,
}

SWITCHES: dict[str, dict[str, Any]] = {"whmcs": {"time_zone": "Asia/Tokyo"}}
"""The WHMCS of a shop in Japan has Japan's time."""


# Reading all Apex takes some seconds.
SEED_SECONDS = 60.0


class SeedError(RuntimeError):
    """An emulator refused the demo's records; the message is the emulator's."""


@contextmanager
def running(settings: Settings, *, salesforce_public_key: str) -> Iterator[dict[str, str]]:
    """Start and seed every emulator that is not replaced. Yield their base URLs by name."""
    seeds = {
        "salesforce": salesforce_seed(salesforce_public_key),
        "whmcs": whmcs_seed(),
        "gigs": gigs_seed(),
        "esim_access": esim_access_seed(),
        "sendgrid": sendgrid_seed(),
    }
    with ExitStack() as stack:
        urls = {}
        for name in settings.emulators:
            emulator = FACTORIES[name]()
            if name in seeds:
                _seed(emulator, seeds[name])
            emulator.set_switches(SWITCHES.get(name, {}))
            urls[name] = stack.enter_context(
                serving_emulator(name, emulator.app(), settings.ports[name])
            )
        yield urls


def enrol_operators(urls: dict[str, str], seed: dict[str, Any]) -> None:
    """Add the operators and what signs their calls to the emulated org, where one runs.

    Raises SeedError.
    """
    if "salesforce" not in urls:
        return
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(f"{urls['salesforce']}/_admin/seed", json=seed, timeout=SEED_SECONDS)
    if not answer.ok:
        raise SeedError(f"the salesforce emulator refused the operators: {answer.text}")


def _seed(emulator: Emulator[Any], data: dict[str, Any]) -> None:
    try:
        emulator.seed(data)
    except ValueError as error:
        raise SeedError(f"the {emulator.name} emulator refused the demo's data: {error}") from error


def lambda_environment(settings: Settings, urls: dict[str, str]) -> dict[str, str]:
    """Return the Lambdas' upstream variables: the emulators of this run and their replacements."""
    ours = {}
    if "salesforce" in urls:
        ours["SALESFORCE_URL"] = urls["salesforce"]
    if "whmcs" in urls:
        ours["WHMCS_API_URL"] = urls["whmcs"] + "/includes/api.php"
    ours["ESIM_PROVIDER"] = settings.esim_provider
    if settings.esim_provider in urls:
        ours["ESIM_API_URL"] = urls[settings.esim_provider]
    if "sendgrid" in urls:
        ours["SENDGRID_API_URL"] = urls["sendgrid"]
    return {**ours, **settings.upstreams}
