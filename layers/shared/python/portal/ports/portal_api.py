"""The port of the portal's own public API, as a customer's program calls it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class ApiAnswer:
    """Status and JSON object of an answer. `reference` is the correlation id.

    A body that is no JSON object is empty here.
    """

    status: int
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    reference: str = ""

    @property
    def ok(self) -> bool:
        """Whether the request was done."""
        return 200 <= self.status < 300  # noqa: PLR2004  # HTTP's class of success

    @property
    def slug(self) -> str:
        """The last part of a problem's type; empty when the answer is no problem."""
        return str(self.body.get("type") or "").rpartition("/")[2]


class PortalApi(Protocol):
    """Calls the API. All methods raise Unavailable or OutcomeUnknown without an answer."""

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        body: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> ApiAnswer:
        """Send one request.

        `path` begins after `/api`. `token` is a customer's access token, `key` an Idempotency-Key.
        """
        ...
