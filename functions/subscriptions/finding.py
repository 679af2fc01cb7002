"""Finds a service of the caller."""

from __future__ import annotations

from portal.domain.client_service import ClientService
from portal.domain.problems import NOT_FOUND, Problem
from portal.ports.client_services import ClientServices


def own_service(
    services: ClientServices, service_id: str, client_id: int, *, priced: bool = True
) -> ClientService:
    """Return the service. Raises Problem `not-found`, also for another client's service."""
    found = services.find(int(service_id), client_id=client_id, priced=priced)
    if found is None:
        raise no_such_subscription()
    return found


def no_such_subscription() -> Problem:
    """Return the problem for an unknown service, which is the same for others' services."""
    return Problem(NOT_FOUND, "You have no subscription of that number.")
