"""When the mail with the activation code of a line went out."""

from __future__ import annotations

from typing import Protocol


class ActivationMails(Protocol):
    """Remembered for an hour. All methods raise the errors of `portal.domain.upstream`."""

    def sent(self, line_id: str) -> None:
        """Remember that the mail of a line has gone out just now."""
        ...

    def lately(self, line_id: str) -> bool:
        """Whether it went out within the last hour."""
        ...
