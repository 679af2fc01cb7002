"""UpgradeProduct. Source: WHMCS API reference, UpgradeProduct.

The price is the difference of the recurring amounts for the days left in the period, which is how
WHMCS describes its default; `configoptions[id]` is a plain form array here, not base64.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from local.emulators.whmcs import invoicing, money, options, ordering
from local.emulators.whmcs.catalogue import CYCLE_MONTHS, Product
from local.emulators.whmcs.context import Context, Handler
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.parameters import Parameters
from local.emulators.whmcs.records import Client, InvoiceItem, Order, Service, ServiceOption


@dataclass(frozen=True)
class _Upgrade:
    service: Service
    product: Product
    cycle: str
    chosen: dict[int, ServiceOption]
    recurring: Decimal
    days_left: int
    days: int

    @property
    def price(self) -> Decimal:
        difference = self.recurring - self.service.recurring
        return money.rounded(difference * self.days_left / self.days) if self.days else difference


def upgrade_product(context: Context, parameters: Parameters) -> dict[str, Any]:
    """`type` product or configoptions; `calconly` only tells the price."""
    service = context.store.services.get(parameters.number("serviceid"))
    if service is None:
        raise ApiError("Service ID Not Found")
    paymentmethod = context.gateway(parameters.text("paymentmethod"))
    in_progress = _unpaid_upgrade(context, service)
    calculate_only = parameters.flag("calconly")
    if in_progress and not calculate_only:
        raise ApiError(
            "Unable to accept upgrade order. Previous upgrade invoice for service is still unpaid."
        )
    client = context.client(service.client_id)
    upgrade = _plan(context, parameters, client, service)
    currency = context.store.currency_of(client)
    old = context.store.products[service.pid]
    result = {
        "oldproductid": old.pid,
        "oldproductname": old.name,
        "newproductid": upgrade.product.pid,
        "newproductname": upgrade.product.name,
        "daysuntilrenewal": upgrade.days_left,
        "totaldays": upgrade.days,
        "newproductbillingcycle": upgrade.cycle,
        "price": money.formatted(
            upgrade.price, prefix=currency.prefix, suffix=currency.suffix, style=currency.format
        ),
    }
    if calculate_only:
        return {**result, "upgradeinprogress": int(in_progress)}
    order = _order(context, client, upgrade, paymentmethod)
    return {
        **result,
        "id": 1,
        "orderid": order.id,
        "order_number": str(order.ordernum),
        "invoiceid": order.invoiceid or None,
    }


def _plan(context: Context, parameters: Parameters, client: Client, service: Service) -> _Upgrade:
    kind = parameters.text("type")
    product, cycle = context.store.products[service.pid], service.billingcycle
    chosen = dict(service.configoptions)
    currency = context.store.currency_of(client).code
    if kind == "product":
        new = context.store.products.get(parameters.number("newproductid") or 0)
        if new is None:
            raise ApiError("Invalid Product ID Requested")
        product = new
        wanted = (parameters.text("newproductbillingcycle") or cycle).lower()
        if wanted not in product.offered(currency):
            raise ApiError("Invalid Billing Cycle Requested")
        cycle, chosen = wanted, options.choose(context, product, {})
    elif kind == "configoptions":
        kept = options.as_sent(chosen)
        sent = parameters.array("configoptions") or {}
        chosen = options.choose(context, product, {**kept, **sent})
    else:
        raise ApiError("Invalid Upgrade Type")
    recurring, _ = ordering.price(product, chosen, currency=currency, cycle=cycle)
    left, days = _period(context, service)
    return _Upgrade(service, product, cycle, chosen, recurring * service.qty, left, days)


def _period(context: Context, service: Service) -> tuple[int, int]:
    months = CYCLE_MONTHS.get(service.billingcycle)
    if months is None:
        return 0, 0
    end = date.fromisoformat(service.nextduedate)
    start = date.fromisoformat(invoicing.add_months(service.nextduedate, -months))
    days = (end - start).days
    return min(max((end - context.now.date()).days, 0), days), days


def _unpaid_upgrade(context: Context, service: Service) -> bool:
    orders = context.store.orders.where(lambda order: order.upgrade_of == service.id)
    invoices = [context.store.invoices.get(order.invoiceid) for order in orders]
    return any(invoice is not None and invoice.status == "Unpaid" for invoice in invoices)


def _order(context: Context, client: Client, upgrade: _Upgrade, paymentmethod: str) -> Order:
    store, service = context.store, upgrade.service
    price = max(upgrade.price, money.ZERO)
    order_id = store.orders.next_id()
    order = store.orders.add(
        Order(
            id=order_id,
            ordernum=ordering.order_number(order_id),
            client_id=client.id,
            requestor_id=client.owner_user_id,
            date=context.timestamp,
            amount=price,
            paymentmethod=paymentmethod,
            upgrade_of=service.id,
        )
    )
    if price > 0:
        label = f"Upgrade/Downgrade: {store.product_label(service.pid)}"
        item = InvoiceItem(id=0, type="Upgrade", relid=service.id, description=label, amount=price)
        invoice = invoicing.create_invoice(context, client, [item], paymentmethod=paymentmethod)
        order.invoiceid = invoice.id
    service.pid = upgrade.product.pid
    service.billingcycle = upgrade.cycle
    service.configoptions = upgrade.chosen
    service.recurring = upgrade.recurring
    return order


ACTIONS: dict[str, Handler] = {"UpgradeProduct": upgrade_product}
