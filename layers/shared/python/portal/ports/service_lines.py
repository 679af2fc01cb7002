"""Finding the Order and the eSIM line of a WHMCS service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from portal.domain.service_line import ServiceLine


class ServiceLines(Protocol):
    """The services that the portal set up. All methods raise Unavailable."""

    def remember(self, lines: Sequence[ServiceLine]) -> None:
        """Keep them; writing the same again is harmless."""
        ...

    def of_service(self, service_id: int) -> ServiceLine | None:
        """The line of a service; None when the portal did not set it up."""
        ...
