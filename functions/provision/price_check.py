"""Compares the prices that WHMCS charges with those that the customer saw, for a warning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from portal.ports.billing_orders import BillingService

from functions.provision.records import PlannedLine

ONCE = frozenset({"onetime", "free"})
MOST_WARNINGS = 20


def price_differences(
    lines: Sequence[PlannedLine],
    matched: Mapping[str, Sequence[int]],
    services: Sequence[BillingService],
) -> tuple[str, ...]:
    """Return a text per line whose services cost another amount than ordered; at most 20."""
    return tuple(_differences(lines, matched, services))[:MOST_WARNINGS]


def _differences(
    lines: Sequence[PlannedLine],
    matched: Mapping[str, Sequence[int]],
    services: Sequence[BillingService],
) -> Iterator[str]:
    by_id = {service.id: service for service in services}
    for line in lines:
        amounts = [
            _amount(by_id[number], line.cycle)
            for unit in line.units()
            for number in matched[unit.key]
        ]
        known = [amount for amount in amounts if amount is not None]
        if line.unit_price is None or len(known) != len(amounts):
            continue
        ordered, charged = line.unit_price * line.quantity, sum(known, Decimal(0))
        if ordered != charged:
            yield f"{line.name}: ordered {ordered:.2f}, WHMCS {charged:.2f}"


def _amount(service: BillingService, cycle: str) -> Decimal | None:
    return service.first_payment if cycle in ONCE else service.recurring
