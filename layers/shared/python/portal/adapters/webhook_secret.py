"""The secret of a webhook. It is read again when a delivery does not match it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from portal.config import ConfigurationError
from portal.ports.esim_events import EventRefused
from portal.secrets import Secret

REFRESH_SECONDS = 60


class WebhookSecret:
    """Checks deliveries. It rereads the secret once a minute at most, as anybody can send them."""

    def __init__(self, secret: Secret, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._secret = secret
        self._clock = clock
        self._refreshed: float | None = None

    def fits(self, fit: Callable[[Mapping[str, Any]], bool]) -> bool:
        """Return whether the document, or the one that has replaced it, passes `fit`.

        Raises EventRefused while no secret is set, and Unavailable when it cannot be read.
        """
        return fit(self._document()) or (self._may_refresh() and fit(self._document(refresh=True)))

    def _document(self, *, refresh: bool = False) -> Mapping[str, Any]:
        try:
            return self._secret.value(refresh=refresh)
        except ConfigurationError as error:
            raise EventRefused("no-secret") from error

    def _may_refresh(self) -> bool:
        now = self._clock()
        if self._refreshed is not None and now - self._refreshed < REFRESH_SECONDS:
            return False
        self._refreshed = now
        return True
