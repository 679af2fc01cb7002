"""The record of who was shown which activation code: it is a credential."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class CodeView:
    """One look at the activation code of a service's line.

    `at`: aware. `auth_time`: when the caller had signed in, in epoch seconds. `correlation_id`
    finds the request in the logs. `line_id` tells the lines before and after a reissue apart.
    """

    service_id: int
    line_id: str
    user_id: str
    at: datetime
    auth_time: int
    correlation_id: str


class CodeViews(Protocol):
    """Kept as long as the service's own record. Raises the errors of `portal.domain.upstream`."""

    def record(self, view: CodeView) -> None:
        """Keep it."""
        ...
