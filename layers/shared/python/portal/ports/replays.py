"""Refusing to act on a signed request a second time."""

from __future__ import annotations

from typing import Protocol


class ReplayGuard(Protocol):
    """Requests that were answered without starting anything. Both raise Unavailable."""

    def refused_before(self, fingerprint: str) -> bool:
        """Whether `refuse` was called for it while it could still be accepted."""
        ...

    def refuse(self, fingerprint: str) -> None:
        """Remember it."""
        ...
