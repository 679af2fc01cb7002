"""The record of the time at which a line's activation code was mailed."""

from __future__ import annotations

from typing import Protocol


class ActivationMails(Protocol):
    """Keeps times for an hour. All methods raise the errors of `portal.domain.upstream`."""

    def sent(self, line_id: str) -> None:
        """Record that the mail of a line was sent now."""
        ...

    def lately(self, line_id: str) -> bool:
        """Return whether the mail of a line was sent within the last hour."""
        ...
