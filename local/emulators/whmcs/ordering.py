"""Turns order lines into services, an order and its invoice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from local.emulators.whmcs import invoicing, money, options
from local.emulators.whmcs.catalogue import Product
from local.emulators.whmcs.context import Context
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.records import Client, Order, Service


@dataclass(frozen=True)
class Line:
    """One product to order; prices follow from the product unless overridden."""

    product: Product
    billingcycle: str | None = None
    qty: int = 1
    domain: str = ""
    configoptions: Mapping[int | str, Any] = field(default_factory=dict)
    customfields: Mapping[int, str] = field(default_factory=dict)
    price_override: Decimal | None = None


@dataclass(frozen=True)
class Placed:
    """The records that were made for the lines."""

    order: Order
    services: list[Service]


def place_order(
    context: Context,
    client: Client,
    lines: Sequence[Line],
    *,
    paymentmethod: str,
    invoice: bool = True,
    notes: str = "",
    promocode: str = "",
    ip: str = "",
) -> Placed:
    """A Pending order with its services, and its invoice unless told otherwise."""
    prepared = [_priced(context, client, line) for line in lines]
    order_id = context.store.orders.next_id()
    services = [
        service
        for draft in prepared
        for service in _services(context, client, order_id, paymentmethod, draft)
    ]
    order = Order(
        id=order_id,
        ordernum=order_number(order_id),
        client_id=client.id,
        requestor_id=client.owner_user_id,
        date=context.timestamp,
        promocode=promocode,
        amount=sum((service.first_payment for service in services), money.ZERO),
        paymentmethod=paymentmethod,
        ipaddress=ip,
        notes=notes,
        service_ids=[service.id for service in services],
    )
    context.store.orders.add(order)
    if invoice:
        order.invoiceid = invoicing.invoice_services(context, client, services, paymentmethod)
    return Placed(order, services)


def order_number(order_id: int) -> int:
    """Ten digits, larger than 2³¹, the same for the same order in every run."""
    digest = int.from_bytes(hashlib.sha256(f"order {order_id}".encode()).digest()[:8], "big")
    return 3_000_000_000 + digest % 6_999_999_999


@dataclass(frozen=True)
class _Draft:
    line: Line
    cycle: str
    recurring: Decimal
    setup: Decimal
    chosen: dict[int, Any]


def _priced(context: Context, client: Client, line: Line) -> _Draft:
    currency = context.store.currency_of(client).code
    cycle = check_cycle(context, line.product, line.billingcycle, currency)
    chosen = options.choose(context, line.product, line.configoptions)
    if line.price_override is not None:
        return _Draft(line, cycle, line.price_override, money.ZERO, chosen)
    recurring, setup = price(line.product, chosen, currency=currency, cycle=cycle)
    return _Draft(line, cycle, recurring, setup, chosen)


def price(
    product: Product, chosen: Mapping[int, Any], *, currency: str, cycle: str
) -> tuple[Decimal, Decimal]:
    """(recurring, set-up) of one unit with its options; a one-time price counts as recurring."""
    prices = product.pricing.get(currency)
    recurring = prices.recurring(cycle) if prices else money.ZERO
    setup = prices.setup(cycle) if prices else money.ZERO
    extra, extra_setup = options.price(product, chosen, currency=currency, cycle=cycle)
    return recurring + extra, setup + extra_setup


def check_cycle(context: Context, product: Product, cycle: str | None, currency: str) -> str:
    """The input name of the cycle; without one, the first that is offered.

    A cycle that is not offered is refused, or replaced by the first offered one when the switch
    `bad_billing_cycle` says so: the documentation does not say which of the two WHMCS does.
    """
    offered = product.offered(currency)
    if not offered:
        raise ApiError("Invalid Billing Cycle Requested")
    if cycle is None:
        return offered[0]
    wanted = cycle.lower()
    if wanted in offered:
        return wanted
    if context.switches.bad_billing_cycle == "first_offered":
        return offered[0]
    raise ApiError("Invalid Billing Cycle Requested")


def _services(
    context: Context, client: Client, order_id: int, paymentmethod: str, draft: _Draft
) -> list[Service]:
    line = draft.line
    many = context.switches.quantity == "many_services"
    count, qty = (line.qty, 1) if many else (1, line.qty)
    known = {field.id for field in line.product.customfields}
    one_off = draft.cycle in {"onetime", "free"}
    return [
        context.store.services.add(
            Service(
                id=context.store.services.next_id(),
                client_id=client.id,
                order_id=order_id,
                pid=line.product.pid,
                qty=qty,
                regdate=context.today,
                domain=line.domain,
                first_payment=(draft.recurring + draft.setup) * qty,
                recurring=money.ZERO if one_off else draft.recurring * qty,
                paymentmethod=paymentmethod,
                billingcycle=draft.cycle,
                nextduedate="0000-00-00" if one_off else context.today,
                customfields={k: v for k, v in line.customfields.items() if k in known},
                configoptions=draft.chosen,
            )
        )
        for _ in range(count)
    ]
