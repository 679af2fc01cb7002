"""Moving orders on: AcceptOrder, PendingOrder, CancelOrder, FraudOrder, DeleteOrder.

Source: WHMCS API reference (Orders). What WHMCS leaves behind when a module fails inside
AcceptOrder is not documented; here the failed line stays Pending, the others become Active, and
the order stays Pending (switch `order_after_module_failure`).
"""

from __future__ import annotations

from typing import Any

from local.emulators.whmcs import invoicing, modules
from local.emulators.whmcs.context import Context, Handler
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.parameters import Parameters
from local.emulators.whmcs.records import Order, Service

NOT_PENDING = "Order ID not found or Status not Pending"
DELETABLE = frozenset({"Cancelled", "Fraud"})


def _order(context: Context, parameters: Parameters, message: str) -> Order:
    order = context.store.orders.get(parameters.number("orderid"))
    if order is None:
        raise ApiError(message)
    return order


def _pending_order(context: Context, parameters: Parameters) -> Order:
    order = _order(context, parameters, NOT_PENDING)
    if order.status != "Pending":
        raise ApiError(NOT_PENDING)
    return order


def accept_order(context: Context, parameters: Parameters) -> dict[str, Any]:
    """AcceptOrder: set up every pending line, then the order is Active."""
    order = _pending_order(context, parameters)
    failures = []
    for service in context.store.services_of(order):
        if service.status != "Pending":
            continue
        try:
            _set_up(context, parameters, service)
        except ApiError as error:
            failures.append(error)
    if not failures:
        order.status = "Active"
        return {}
    order.status = context.switches.order_after_module_failure
    raise failures[0]


def _set_up(context: Context, parameters: Parameters, service: Service) -> None:
    for name, attribute in (("serviceusername", "username"), ("servicepassword", "password")):
        if parameters.text(name):
            setattr(service, attribute, parameters.raw(name))
    product = context.store.products[service.pid]
    automatic = (
        parameters.flag("autosetup") if parameters.text("autosetup") else bool(product.autosetup)
    )
    if automatic and product.module:
        modules.create(context, service)
    else:
        modules.activate(context, service)
    if parameters.flag("sendemail"):
        invoicing.log_email(
            context,
            client_id=service.client_id,
            template="Other Product/Service Welcome Email",
            related_id=service.id,
        )


def pending_order(context: Context, parameters: Parameters) -> dict[str, Any]:
    """PendingOrder: the order and all its items go back to Pending."""
    order = _order(context, parameters, "Order ID Not Found")
    _set_status(context, order, "Pending")
    return {}


def cancel_order(context: Context, parameters: Parameters) -> dict[str, Any]:
    """CancelOrder: only from Pending; the unpaid invoice is cancelled too."""
    order = _pending_order(context, parameters)
    _set_status(context, order, "Cancelled")
    invoicing.cancel_unpaid(context, order.invoiceid)
    return {}


def fraud_order(context: Context, parameters: Parameters) -> dict[str, Any]:
    """FraudOrder: from any status."""
    order = _order(context, parameters, "Order ID Not Found")
    _set_status(context, order, "Fraud")
    invoicing.cancel_unpaid(context, order.invoiceid)
    return {}


def delete_order(context: Context, parameters: Parameters) -> dict[str, Any]:
    """DeleteOrder: order, items and invoice are gone for good."""
    order = _order(context, parameters, "Order ID not found")
    if order.status not in DELETABLE:
        raise ApiError("The order status must be in Cancelled or Fraud to be deleted")
    for service in context.store.services_of(order):
        context.store.services.remove(service.id)
    if context.store.invoices.get(order.invoiceid) is not None:
        context.store.invoices.remove(order.invoiceid)
    context.store.orders.remove(order.id)
    return {}


def _set_status(context: Context, order: Order, status: str) -> None:
    order.status = status
    for service in context.store.services_of(order):
        service.status = status


ACTIONS: dict[str, Handler] = {
    "AcceptOrder": accept_order,
    "PendingOrder": pending_order,
    "CancelOrder": cancel_order,
    "FraudOrder": fraud_order,
    "DeleteOrder": delete_order,
}
