"""Finding the WHMCS order that an unanswered AddOrder may have made.

In order of strength (each is documented by WHMCS only as far as said):

1. a service of the client carries our reference in a custom field (documented both ways);
2. an order of the client has our reference in its notes (WHMCS may not keep them);
3. a pending order of the right age with exactly our products, whose services do not show the
   reference field at all, so that its absence proves nothing.

More than one: a person decides, by cancelling the wrong ones.
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

# WHMCS tells times in its own time zone without naming it.
SKEW = timedelta(hours=26)
DROPPED = frozenset({OrderState.CANCELLED, OrderState.FRAUD})


def find_order(
    run: Run,
    *,
    services: BillingServices,
    billing: BillingOrders,
    sent_at: float,
    is_free: Callable[[int], bool],
) -> int | None:
    """The id of our order, or None. Raises StopWorkflow when several could be it."""
    client_id, ref = run.result(LOAD).client_id, run.job.subject
    everything = services.of_client(client_id)
    marked = {service.order_id for service in everything if service.carries(ref)}
    if marked:
        return _only(marked, lambda: billing.of_client(client_id))
    orders = billing.of_client(client_id)
    noted = {order.id for order in orders if ref in order.notes}
    if noted:
        return _only(noted, lambda: orders)
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
    """The one that it is; of several, the one that nobody has cancelled."""
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
        return False  # the reference field is there and is not ours
    wanted = sorted(unit.pid for unit in units for _ in range(unit.quantity))
    return wanted == sorted(service.pid for service in its for _ in range(service.quantity))
