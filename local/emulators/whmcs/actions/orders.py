"""Reading orders: GetOrders, GetOrderStatuses. Source: WHMCS API reference (Orders).

There is no documented order of GetOrders: the switch `orders_order` gives newest, oldest or a
fixed shuffle.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from local.emulators.whmcs import money
from local.emulators.whmcs.catalogue import CYCLE_NAMES
from local.emulators.whmcs.context import Context, Handler, nested, page
from local.emulators.whmcs.parameters import Parameters
from local.emulators.whmcs.records import Order

STATUSES = ("Pending", "Active", "Fraud", "Cancelled")


def get_orders(context: Context, parameters: Parameters) -> dict[str, Any]:
    """GetOrders: filtered by `id`, `userid`, `requestor_id` and `status` only."""
    order_id, user_id = parameters.number("id"), parameters.number("userid")
    requestor, status = parameters.number("requestor_id"), parameters.text("status")
    found = context.store.orders.where(
        lambda order: (
            (order_id is None or order.id == order_id)
            and (user_id is None or order.client_id == user_id)
            and (requestor is None or order.requestor_id == requestor)
            and (status is None or order.status.lower() == status.lower())
        )
    )
    counters, orders = page(parameters, _sorted(found, context.switches.orders_order))
    return {**counters, "orders": nested([_as_listed(context, order) for order in orders], "order")}


def _sorted(orders: list[Order], wanted: str) -> list[Order]:
    if wanted == "shuffled":
        return sorted(orders, key=lambda order: hashlib.sha256(b"%d" % order.id).digest())
    return sorted(orders, key=lambda order: order.id, reverse=wanted == "newest")


def _as_listed(context: Context, order: Order) -> dict[str, Any]:
    store = context.store
    client = store.clients.get(order.client_id)
    currency = store.currency_of(client) if client else store.default_currency()
    invoice = store.invoices.get(order.invoiceid)
    return {
        "id": order.id,
        "ordernum": order.ordernum,
        "userid": order.client_id,
        "contactid": order.contact_id,
        "requestor_id": order.requestor_id,
        "admin_requestor_id": 0,
        "date": order.date,
        "nameservers": "",
        "transfersecret": "",
        "renewals": "",
        "renewalsByType": {"domains": [], "services": [], "addons": []},
        "promocode": order.promocode,
        "promotype": "",
        "promovalue": "",
        "orderdata": "[]",
        "amount": money.text(order.amount),
        "paymentmethod": order.paymentmethod,
        "invoiceid": order.invoiceid,
        "status": order.status,
        "ipaddress": order.ipaddress,
        "fraudmodule": "",
        "fraudoutput": "",
        "notes": order.notes,
        "paymentmethodname": store.gateway_name(order.paymentmethod),
        "paymentstatus": invoice.status if invoice else None,
        "name": f"{client.firstname} {client.lastname}" if client else "",
        "currencyprefix": currency.prefix,
        "currencysuffix": currency.suffix.strip(),
        "frauddata": "",
        "validationdata": "",
        "lineitems": nested(_line_items(context, order), "lineitem"),
    }


def _line_items(context: Context, order: Order) -> list[dict[str, Any]]:
    store = context.store
    return [
        {
            "type": "product",
            "relid": service.id,
            "producttype": "Other Product/Service",
            "product": store.product_label(service.pid),
            "domain": service.domain,
            "billingcycle": CYCLE_NAMES[service.billingcycle],
            "amount": money.text(service.first_payment),
            "status": service.status,
        }
        for service in store.services_of(order)
    ]


def get_order_statuses(context: Context, _: Parameters) -> dict[str, Any]:
    """GetOrderStatuses: the four standard ones with their counts."""
    counts = Counter(order.status for order in context.store.orders.all())
    items = [{"title": title, "count": counts[title]} for title in STATUSES]
    return {"totalresults": len(items), "statuses": nested(items, "status")}


ACTIONS: dict[str, Handler] = {"GetOrders": get_orders, "GetOrderStatuses": get_order_statuses}
