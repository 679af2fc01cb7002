"""Finds the WHMCS order that an AddOrder without an answer may have created.

It looks for this evidence, the strongest first:

1. A service of the client has the reference in a custom field. WHMCS documents writing and reading
   the field.
2. An order of the client has the reference in its notes. WHMCS may not keep the notes.
3. A pending order of the right age has exactly the same products, and its services do not show the
   reference field at all, so that a missing reference proves nothing.

When there are several, a person decides by cancelling the wrong ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from portal.engine.failures import StopWorkflow
from portal.engine.steps import Run
from portal.ports.billing_orders import (
    BillingOrder,
    BillingOrders,
    BillingService,
    BillingServices,
    OrderState,
)

from functions.provision.records import CHECK, LOAD, Unit

# WHMCS returns times in its own time zone without naming it.
SKEW = timedelta(hours=26)
DROPPED = frozenset({OrderState.CANCELLED, OrderState.FRAUD})


def find_order(
    run: Run,
    *,
    services: BillingServices,
    billing: BillingOrders,
    sent_at: float | None,
    is_free: Callable[[int], bool],
) -> int | None:
    """Return the id of the job's order, or None. Raises StopWorkflow for several candidates.

    `sent_at` is when the request was sent (epoch seconds). Without it, only the first two kinds of
    evidence count.
    """
    client_id, ref = run.result(LOAD).client_id, run.job.subject
    everything = services.of_client(client_id)
    marked = {service.order_id for service in everything if service.carries(ref)}
    if marked:
        return _only(marked, lambda: billing.of_client(client_id))
    orders = billing.of_client(client_id)
    noted = {order.id for order in orders if ref in order.notes}
    if noted:
        return _only(noted, lambda: orders)
    if sent_at is None:
        return None
    units = run.result(CHECK).units
    alike = {
        order.id
        for order in orders
        if _could_be(order, sent_at) and _is_alike(order, everything, units)
    }
    if len(alike) > 1:
        raise _ambiguous(alike)
    return next((order_id for order_id in alike if is_free(order_id)), None)


def _only(found: set[int], orders: Callable[[], Sequence[BillingOrder]]) -> int:
    """Return the only order, or the only one that nobody has cancelled. Raises StopWorkflow."""
    if len(found) > 1:
        dropped = {order.id for order in orders() if order.state in DROPPED}
        found = found - dropped or found
    if len(found) > 1:
        raise _ambiguous(found)
    return next(iter(found))


def _ambiguous(found: set[int]) -> StopWorkflow:
    ids = ", ".join(str(order_id) for order_id in sorted(found))
    return StopWorkflow("add-order-ambiguous", f"It could be WHMCS order {ids}.")


def _could_be(order: BillingOrder, sent_at: float) -> bool:
    sent = datetime.fromtimestamp(sent_at, UTC).replace(tzinfo=None)
    return (
        order.state is OrderState.PENDING
        and order.placed_at is not None
        and abs(order.placed_at.replace(tzinfo=None) - sent) <= SKEW
    )


def _is_alike(
    order: BillingOrder, everything: Sequence[BillingService], units: Sequence[Unit]
) -> bool:
    its = [service for service in everything if service.order_id == order.id]
    fields = {unit.ref_field_id for unit in units}
    if any(fields & set(service.custom_fields) for service in its):
        return False  # the service has the field without the reference
    wanted = sorted(unit.pid for unit in units for _ in range(unit.quantity))
    return wanted == sorted(service.pid for service in its for _ in range(service.quantity))
