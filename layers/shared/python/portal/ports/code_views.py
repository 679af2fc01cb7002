"""The record of who has seen which activation code, which is a credential."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class CodeView:
    """A view of the activation code of a service's line.

    `at` is an aware time. `auth_time` is the time of the caller's sign-in in epoch seconds.
    `correlation_id` is that of the request. `line_id` differs before and after a reissue.
    """

    service_id: int
    line_id: str
    user_id: str
    at: datetime
    auth_time: int
    correlation_id: str


class CodeViews(Protocol):
    """The store of views, without expiry. Raises the errors of `portal.domain.upstream`."""

    def record(self, view: CodeView) -> None:
        """Store a view."""
        ...
