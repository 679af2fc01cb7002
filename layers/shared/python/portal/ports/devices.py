"""Browsers from which somebody has signed in to an account."""

from __future__ import annotations

from typing import Protocol


class KnownDevices(Protocol):
    """Devices by a token of their own; only hashes are kept."""

    def remember(self, email: str) -> str:
        """A new token for a device that has signed in to this account."""
        ...

    def knows(self, token: str, email: str) -> bool:
        """Whether the device with this token has signed in to this account."""
        ...
