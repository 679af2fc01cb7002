"""Composition root of the smoke test."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass

from portal import config, factories
from portal.smoke.model import Synthetic
from portal.smoke.run import Smoke


class ScheduledConfig(config.SmokeConfig):
    """The settings of `functions.smoke.scheduled`."""


@dataclass(frozen=True)
class SmokeDeps:
    """Builds the synthetic customer and a run of the smoke test."""

    settings: ScheduledConfig

    def smoke(self, api_url: str) -> Smoke:
        """Return a run against the API at `api_url`.

        Raises ConfigurationError and Unavailable.
        """
        from portal.adapters.portal_api import HttpPortalApi

        return Smoke(HttpPortalApi(api_url), self.customer(), time.perf_counter)

    def customer(self) -> Synthetic:
        """Return the synthetic customer. Raises ConfigurationError and Unavailable."""
        from portal.secrets import Secret

        return factories.synthetic_customer(self.settings, Secret(self.settings.smoke_secret_id))


@functools.cache
def build_scheduled() -> SmokeDeps:
    """Return the dependencies of the scheduled smoke test."""
    return SmokeDeps(config.load(ScheduledConfig))
