"""Matches WHMCS services to units, and checks that they are as ordered.

Equal units are interchangeable. They are matched in the order of the services' ids, so that every
run has the same result.
"""

from __future__ import annotations

from collections.abc import Sequence

from portal.engine.failures import StopWorkflow
from portal.ports.billing_orders import BillingService

from functions.provision.option_labels import is_shown_as
from functions.provision.records import Unit


def match(units: Sequence[Unit], services: Sequence[BillingService]) -> dict[str, list[int]]:
    """Return the service ids by unit key.

    A quantity may be one service with that quantity or several services. Raises StopWorkflow
    `service-mismatch`, which names the services that are missing, different or additional.
    """
    free = sorted(services, key=lambda service: service.id)
    found: dict[str, list[int]] = {}
    # Units with more options choose first.
    for unit in sorted(units, key=lambda unit: (-len(unit.shown), unit.key)):
        found[unit.key] = _take(unit, free)
    if free:
        ids = ", ".join(str(service.id) for service in free)
        raise StopWorkflow("service-mismatch", f"WHMCS has services that nobody ordered: {ids}.")
    return found


def _take(unit: Unit, free: list[BillingService]) -> list[int]:
    taken: list[BillingService] = []
    for service in free:
        missing = unit.quantity - sum(one.quantity for one in taken)
        if missing == 0:
            break
        if service.quantity <= missing and is_as_ordered(unit, service):
            taken.append(service)
    if sum(one.quantity for one in taken) != unit.quantity:
        raise StopWorkflow("service-mismatch", _difference(unit, free))
    for service in taken:
        free.remove(service)
    return [service.id for service in taken]


def is_as_ordered(unit: Unit, service: BillingService) -> bool:
    """Whether a service has the unit's product, cycle and options."""
    return (
        service.pid == unit.pid
        and service.billing_cycle == unit.cycle
        and all(is_shown_as(text, service.options.get(key)) for key, text in unit.shown.items())
    )


def _difference(unit: Unit, free: Sequence[BillingService]) -> str:
    same = [service for service in free if service.pid == unit.pid]
    if not same:
        return f"WHMCS has no service for {unit.name} (product {unit.pid})."
    ids = ", ".join(str(service.id) for service in same)
    return f"WHMCS service {ids} is not as ordered: {unit.name}, cycle, options or quantity differ."
