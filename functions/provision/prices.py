"""What WHMCS charges against what the customer was shown: a warning, never a correction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from portal.domain.provisioning import LoadedOrder
from portal.ports.billing_orders import BillingService

from functions.provision.plan import Unit

ONCE = frozenset({"onetime", "free"})


def differences(
    order: LoadedOrder,
    units: Sequence[Unit],
    matched: Mapping[str, Sequence[int]],
    services: Sequence[BillingService],
) -> list[str]:
    """One sentence per line whose services cost something else than their unit price."""
    by_id = {service.id: service for service in services}
    found = []
    for line in order.lines:
        its = [unit for unit in units if unit.line_id == line.id]
        amounts = [
            _amount(by_id[number], unit.cycle) for unit in its for number in matched[unit.key]
        ]
        known = [amount for amount in amounts if amount is not None]
        if line.unit_price is None or len(known) != len(amounts):
            continue
        total = sum(known, Decimal(0))
        if total != line.unit_price * line.quantity:
            found.append(f"{line.name}: ordered {line.unit_price * line.quantity}, WHMCS {total}")
    return found


def _amount(service: BillingService, cycle: str) -> Decimal | None:
    return service.first_payment if cycle in ONCE else service.recurring
