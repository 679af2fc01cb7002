"""The caller's service, or the one answer for everything that is not the caller's."""

from __future__ import annotations

from portal.domain.client_service import ClientService
from portal.domain.problems import NOT_FOUND, Problem
from portal.ports.client_services import ClientServices


def own_service(services: ClientServices, service_id: str, client_id: int) -> ClientService:
    """The service. Raises Problem `not-found`, also for another client's."""
    found = services.find(int(service_id), client_id=client_id)
    if found is None:
        raise no_such_subscription()
    return found


def no_such_subscription() -> Problem:
    """There is none, or it is somebody else's: which of the two is not told."""
    return Problem(NOT_FOUND, "You have no subscription of that number.")
