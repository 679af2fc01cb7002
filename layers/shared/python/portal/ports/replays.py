"""The port that remembers refused signed requests, so that a copy of one is refused too."""

from __future__ import annotations

from typing import Protocol


class ReplayGuard(Protocol):
    """Remembers requests that were answered without an effect. Both methods raise Unavailable."""

    def refused_before(self, fingerprint: str) -> bool:
        """Whether `refuse` was called for the request while its signature is still valid."""
        ...

    def refuse(self, fingerprint: str) -> None:
        """Remember that the request was refused."""
        ...
