"""The port for the Order and the eSIM line of a WHMCS service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from portal.domain.service_line import ServiceLine


class ServiceLines(Protocol):
    """Stores the services that the portal has set up. All methods raise Unavailable."""

    def remember(self, lines: Sequence[ServiceLine]) -> None:
        """Store lines. Storing the same lines again changes nothing."""
        ...

    def of_service(self, service_id: int) -> ServiceLine | None:
        """Return the line of a service; None when the portal did not set the service up."""
        ...

    def of_services(self, service_ids: Sequence[int]) -> Mapping[int, ServiceLine]:
        """Return the lines of up to a hundred services by service id, in one read."""
        ...
