"""Composition root of the smoke test."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass

from portal import config, factories
from portal.smoke.model import Synthetic
from portal.smoke.run import Smoke


class ScheduledConfig(config.SmokeConfig):
    """`functions.smoke.scheduled`."""


@dataclass(frozen=True)
class SmokeDeps:
    """What the schedule needs: the customer, and a run at an address."""

    settings: ScheduledConfig

    def smoke(self, api_url: str) -> Smoke:
        """One run against the API at that address. Raises ConfigurationError and Unavailable."""
        from portal.adapters.portal_api import HttpPortalApi

        return Smoke(HttpPortalApi(api_url), self.customer(), time.perf_counter)

    def customer(self) -> Synthetic:
        """The synthetic customer. Raises ConfigurationError and Unavailable."""
        from portal.secrets import Secret

        return factories.synthetic_customer(self.settings, Secret(self.settings.smoke_secret_id))


@functools.cache
def build_scheduled() -> SmokeDeps:
    """For the schedule."""
    return SmokeDeps(config.load(ScheduledConfig))
